package dev.huck.raft.core.check;

/** What checks look at of one client's connection, between two events of its node. */
public interface ConnectionView {

    /** @return bytes that its commands and their recorded replies hold, as they are counted */
    long heldBytes();

    /** @return the same, counted anew from what waits */
    long heldBytesAnew();
}
