/** The simulated world: time, machines, disks, network, clients and faults. */
package dev.huck.raft.testkit.sim;
