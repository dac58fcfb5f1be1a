/** The transport "redcon": the Redis protocol for clients, and links for peers, on one port. */
package dev.huck.transport.redcon;
