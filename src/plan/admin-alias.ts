/**
 * The name of the gateway on the admin network of compose, and on no other: what the admin listener listens on there. With an underscore it is the name of no
 * server.
 */
export const ADMIN_ALIAS = 'gateway_admin';
