// mcpgen
import * as crypto from 'node:crypto';
export const digest = 'hash' in crypto ? (text) => crypto.hash('sha256', text, 'base64url') : (text) => crypto.createHash('sha256').update(text).digest('base64url');
