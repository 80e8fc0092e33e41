/**
 * Row 7, as far as it is about who may come at all: the networks of the gateway and of its servers. Lists are told apart by what they hold, so that a thousand
 * servers with one list have one table. Lists of tenants are the gateway's: nginx does not know whose a request is.
 */
import { plainCidr } from '../../gateway/runtime/decision/address.js';
import type { Traffic } from '../../plan/traffic-types.js';
import { because, block, entry, geo, line, map, section } from './directives.js';
import { routeName } from './routes.js';
import { $, mapKey, mapPattern, network, template, when } from './tokens.js';
import type { Directive, Item } from './types.js';

type List = readonly string[];

/** Which list is about which routes. */
interface Lists {
  readonly all: List | null;
  /** Each list of servers once, with the names of their routes. */
  readonly classes: readonly { readonly cidrs: List; readonly routes: readonly string[] }[];
}

function listsOf({ allow, pools, routes }: Traffic): Lists {
  const byText = new Map<string, { readonly cidrs: List; readonly routes: string[] }>();
  for (const { server, allow: cidrs } of pools) {
    if (cidrs === null) continue;
    const text = [...new Set(cidrs)].sort().join(' ');
    const known = byText.get(text) ?? { cidrs: text === '' ? [] : text.split(' '), routes: [] };
    known.routes.push(...routes.filter((route) => route.server === server).map(routeName));
    byText.set(text, known);
  }
  return { all: allow && [...new Set(allow)].sort(), classes: [...byText.values()] };
}

const isWanted = ({ all, classes }: Lists): boolean => all !== null || classes.length > 0;

export function allowLists(traffic: Traffic): readonly Item[] {
  const lists = listsOf(traffic);
  if (!isWanted(lists)) return [];
  const { all, classes } = lists;
  const inside = (cidrs: List) => [...new Set(cidrs.flatMap(networksOf))].sort().map((cidr) => entry(network(cidr), 'inside'));
  return [
    section('row 7: the address may come', 'The address is that of the client: right of all that a trusted proxy says.'),
    ...(all === null ? [] : [geo($('remote_addr'), 'mcp_all_is', 'outside', inside(all))]),
    ...classes.map(({ cidrs }, index) => geo($('remote_addr'), `mcp_list_${index}_is`, 'outside', inside(cidrs))),
    map(
      $('mcp_route'),
      'mcp_list_is',
      'inside',
      classes.flatMap(({ routes }, index) => routes.map((route) => entry(mapKey(route), $(`mcp_list_${index}_is`)))),
    ),
    because(
      'What the gateway answers before this row is not refused here: a preflight.',
      map(template($('mcp_preflight_is'), ' ', ...(all === null ? [] : [$('mcp_all_is'), ' ']), $('mcp_list_is')), 'mcp_address_is', 'ok', [
        entry(mapPattern('^allowed '), 'ok'),
        entry(mapPattern(' outside'), 'refused'),
      ]),
    ),
  ];
}

/** The network of all addresses is the one that `default` has taken already: its halves are two others (ngx_http_geo_module.c). */
const HALVES: Readonly<Record<string, readonly string[]>> = { '0.0.0.0/0': ['0.0.0.0/1', '128.0.0.0/1'], '::/0': ['::/1', '8000::/1'] };
const networksOf = (cidr: string): readonly string[] => HALVES[plainCidr(cidr)] ?? [plainCidr(cidr)];

/** Refuses in a location, behind what the row of sizes and types refuses there. */
export function refuseAddress({ traffic }: { readonly traffic: Traffic }): readonly Directive[] {
  return isWanted(listsOf(traffic)) ? [block('if', [when('mcp_address_is', 'refused')], [line('return', '403')])] : [];
}
