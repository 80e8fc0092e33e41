/** Every variable a generated file may use, so that a misspelt one does not compile: nginx would take an unknown name for an error at start. */

/** What nginx knows of a request. */
export type Builtin =
  | 'binary_remote_addr'
  | 'body_bytes_sent'
  | 'http_access_control_request_method'
  | 'http_content_type'
  | 'http_expect'
  | 'http_host'
  | 'http_origin'
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
  | 'upstream_http_x_request_id'
  | 'upstream_status';

/** What the maps find out, in the order in which they do. A fact that ends in `_is` is one of a few words. */
export type Fact =
  /** 1 when the other end of the socket is a trusted proxy. */
  | 'mcp_trusted'
  /** The method as it was sent: nginx itself calls every refusal a GET while it answers. */
  | 'mcp_method'
  /** What the request line or the Host header names, as it was sent. */
  | 'mcp_authority'
  | 'mcp_named_host'
  /** Without port and trailing dot; empty when it is no host. */
  | 'mcp_host'
  /** What a loopback name is for this peer: served, or unknown. */
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
  | 'mcp_tenant'
  /** known, none. */
  | 'mcp_tenant_is'
  /** Without `/t/<tenant>`. */
  | 'mcp_path'
  | 'mcp_route'
  /** Label of the route's origin set. */
  | 'mcp_origins'
  /** The route's methods, as `Allow` has them. */
  | 'mcp_allow'
  /** `Origin`, or what a trusted proxy says in its place. */
  | 'mcp_origin'
  /** absent, repeated, allowed, refused. */
  | 'mcp_origin_is'
  /** none, allowed, refused. */
  | 'mcp_preflight_is'
  /** ok, other. */
  | 'mcp_method_is'
  /** ok, other. */
  | 'mcp_type_is'
  /** Why it is refused; empty when it is not. */
  | 'mcp_refuse'
  /** The status to refuse it with, until that has happened. */
  | 'mcp_status'
  | 'mcp_refusal'
  | 'mcp_rate_key'
  | 'mcp_forwarded_host'
  | 'mcp_forwarded_port'
  | 'mcp_forwarded_proto'
  | 'mcp_sent_allow'
  | 'mcp_sent_cors'
  | 'mcp_sent_credentials'
  | 'mcp_sent_expose'
  | 'mcp_sent_retry'
  | 'mcp_sent_vary';

/** Named groups of patterns. */
export type Capture = `mcp_found_${'host' | 'literal' | 'method' | 'path' | 'proto' | 'rest' | 'tenant' | 'value'}`;

export type Variable = Builtin | Fact | Capture;
