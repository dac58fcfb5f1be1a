/** What an application needs: the machine and its functions, a node, a client in the process, and the options. */
package dev.huck.raft.api;
