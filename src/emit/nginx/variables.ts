/** All variables that a generated file may use. A misspelt name does not compile here; in a generated file it would keep nginx from starting. */

/** Variables of nginx itself. */
export type BuiltinVariable =
  | 'binary_remote_addr'
  | 'body_bytes_sent'
  | 'http_access_control_request_method'
  | 'http_connection'
  | 'http_content_type'
  | 'http_expect'
  | 'http_host'
  | 'http_origin'
  | 'http_referer'
  | 'http_upgrade'
  | 'http_x_forwarded_host'
  | 'http_x_forwarded_port'
  | 'http_x_forwarded_proto'
  | 'realip_remote_addr'
  | 'remote_addr'
  | 'request'
  | 'request_id'
  | 'request_time'
  | 'request_uri'
  | 'scheme'
  | 'server_port'
  | 'server_protocol'
  | 'status'
  | 'time_iso8601'
  | 'upstream_addr'
  | 'upstream_connect_time'
  | 'upstream_header_time'
  | 'upstream_http_x_request_id'
  | 'upstream_response_time'
  | 'upstream_status';

/** Variables that our maps set, in the order in which the maps do. A variable whose name ends in `_is` has one of the few words listed here. */
export type Fact =
  /** 1 when the other end of the socket is a trusted proxy. */
  | 'mcp_trusted'
  /** The method as it was sent: nginx itself calls every refusal a GET while it answers. */
  | 'mcp_method'
  /** The host and port of the request line or of the Host header, as they were sent. */
  | 'mcp_authority'
  /** The host of the Host header, without port and trailing dot; empty when it is malformed. */
  | 'mcp_own_host'
  /** malformed, unknown, served. */
  | 'mcp_own_is'
  /** Whether `X-Forwarded-Host` of a trusted proxy counts: yes, no. Of a peer on loopback it counts beside a Host that is served. */
  | 'mcp_believed_is'
  /** `X-Forwarded-Host` of a trusted proxy, or else the Host header. */
  | 'mcp_named_host'
  /** The host without port and trailing dot; empty when it is malformed. */
  | 'mcp_host'
  /** Whether loopback names are served for this peer: served, unknown. */
  | 'mcp_loopback_is'
  /** malformed, unknown, served. */
  | 'mcp_host_is'
  /** ok, other. */
  | 'mcp_expect_is'
  /** ok, websocket. */
  | 'mcp_upgrade_is'
  /** path, malformed, not-literal, health. */
  | 'mcp_path_is'
  /** The path as it was sent, without its query. */
  | 'mcp_raw_path'
  /** The path as it is logged: empty where it has other characters than a path has. */
  | 'mcp_logged_path'
  /** The tenant that the path names. */
  | 'mcp_tenant'
  /** known, none. */
  | 'mcp_tenant_is'
  /** The path without `/t/<tenant>`. */
  | 'mcp_path'
  /** The name of the route; empty when the path is no route. */
  | 'mcp_route'
  /** Label of the route's origin set. */
  | 'mcp_origins'
  /** The methods of the route, as the header `Allow` lists them. */
  | 'mcp_allow'
  /** The header Origin, or the origin that a trusted proxy's headers stand for. */
  | 'mcp_origin'
  /** absent, repeated, allowed, refused; open where every page may read what is answered. */
  | 'mcp_origin_is'
  /** none, allowed, refused. */
  | 'mcp_preflight_is'
  /** ok, other. */
  | 'mcp_method_is'
  /** ok, other. */
  | 'mcp_type_is'
  /** 1 when nothing that the error log quotes has a query; else empty. */
  | 'mcp_quotable'
  /** The reason for refusing the request; empty when it is not refused. */
  | 'mcp_refuse'
  /** What is logged beside it of an origin; empty where none is refused. */
  | 'mcp_note'
  /** The status to refuse the request with; empty once it has been refused. */
  | 'mcp_status'
  /** The body of the refusal. */
  | 'mcp_refusal'
  /** Whether the client's address is in the networks of the gateway, of one list, of the list of the route: inside, outside. */
  | 'mcp_all_is'
  | `mcp_list_${number}_is`
  | 'mcp_list_is'
  /** ok, refused. */
  | 'mcp_address_is'
  /** The key of the meter; empty for a request that is not counted. */
  | 'mcp_rate_key'
  /** The values of the headers `X-Forwarded-*` that nginx sends to the gateway. */
  | 'mcp_forwarded_host'
  | 'mcp_forwarded_port'
  | 'mcp_forwarded_proto'
  /** The values of a refusal's headers; an empty value sends no header. */
  | 'mcp_sent_allow'
  | 'mcp_sent_cors'
  | 'mcp_sent_credentials'
  | 'mcp_sent_expose'
  | 'mcp_sent_retry'
  | 'mcp_sent_vary';

/** Variables that the named groups of our patterns set. */
export type Capture = `mcp_found_${'host' | 'literal' | 'method' | 'path' | 'proto' | 'rest' | 'tenant' | 'value'}`;

export type Variable = BuiltinVariable | Fact | Capture;
