package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Reply;

/** Writes a reply twice: to whom it is for, and to a record of it. */
record BothReplies(Reply first, Reply second) implements Reply {
    @Override
    public void simple(String text) {
        first.simple(text);
        second.simple(text);
    }

    @Override
    public void error(String message) {
        first.error(message);
        second.error(message);
    }

    @Override
    public void integer(long value) {
        first.integer(value);
        second.integer(value);
    }

    @Override
    public void bulk(byte[] bytes, int offset, int length) {
        first.bulk(bytes, offset, length);
        second.bulk(bytes, offset, length);
    }

    @Override
    public void nil() {
        first.nil();
        second.nil();
    }

    @Override
    public void nilArray() {
        first.nilArray();
        second.nilArray();
    }

    @Override
    public void array(int size) {
        first.array(size);
        second.array(size);
    }

    @Override
    public void map(int size) {
        first.map(size);
        second.map(size);
    }

    @Override
    public void set(int size) {
        first.set(size);
        second.set(size);
    }

    @Override
    public void decimal(double value) {
        first.decimal(value);
        second.decimal(value);
    }

    @Override
    public void bool(boolean value) {
        first.bool(value);
        second.bool(value);
    }

    @Override
    public void verbatim(String text) {
        first.verbatim(text);
        second.verbatim(text);
    }
}
