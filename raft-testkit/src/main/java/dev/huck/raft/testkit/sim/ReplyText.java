package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Reply;
import java.nio.charset.StandardCharsets;

/** Writes a reply down as text, whole and in a form of its own, to compare and to show it. */
final class ReplyText implements Reply {
    private final StringBuilder text = new StringBuilder();

    private void add(String element) {
        text.append(text.length() == 0 ? "" : " ").append(element);
    }

    @Override
    public void simple(String value) {
        add("+" + value);
    }

    @Override
    public void error(String message) {
        add("-" + message);
    }

    @Override
    public void integer(long value) {
        add(":" + value);
    }

    @Override
    public void bulk(byte[] bytes, int offset, int length) {
        add("'" + new String(bytes, offset, length, StandardCharsets.ISO_8859_1) + "'");
    }

    @Override
    public void nil() {
        add("nil");
    }

    @Override
    public void nilArray() {
        add("nil*");
    }

    @Override
    public void array(int size) {
        add("*" + size);
    }

    @Override
    public void map(int size) {
        add("%" + size);
    }

    @Override
    public void set(int size) {
        add("~" + size);
    }

    @Override
    public void decimal(double value) {
        add("," + value);
    }

    @Override
    public void bool(boolean value) {
        add("#" + value);
    }

    @Override
    public void verbatim(String value) {
        add("=" + value);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
