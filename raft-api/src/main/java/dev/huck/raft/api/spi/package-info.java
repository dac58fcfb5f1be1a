/** What a plug-in implements or is given: engines, log stores and transports. */
package dev.huck.raft.api.spi;
