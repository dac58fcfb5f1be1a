/** Client sessions: what makes a command that is sent again take effect once (dissertation §6.3). */
package dev.huck.raft.core.session;
