// mcpgen
import {NO_HEADERS} from '../wire/own-headers.js';
export const SHOWS_NOTHING = {own: NO_HEADERS, secure: null, wantsToken: false};
