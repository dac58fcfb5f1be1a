package dev.huck.raft.core.node;

import dev.huck.raft.api.spi.ReplySink;
import java.nio.charset.StandardCharsets;

/** Replies as text, in the notation of the protocol on one line: {@code +OK :1 $abc *2 …}. */
class TextSink implements ReplySink {
    final StringBuilder text = new StringBuilder();
    private final boolean resp3;

    TextSink(boolean resp3) {
        this.resp3 = resp3;
    }

    private void add(String item) {
        text.append(text.isEmpty() ? "" : " ").append(item);
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
        add("$" + new String(bytes, offset, length, StandardCharsets.UTF_8));
    }

    @Override
    public void nil() {
        add(resp3 ? "_" : "$-1");
    }

    @Override
    public void nilArray() {
        add(resp3 ? "_" : "*-1");
    }

    @Override
    public void array(int size) {
        add("*" + size);
    }

    @Override
    public void map(int size) {
        add(resp3 ? "%" + size : "*" + 2 * size);
    }

    @Override
    public void set(int size) {
        add((resp3 ? "~" : "*") + size);
    }

    @Override
    public void decimal(double value) {
        add((resp3 ? "," : "$") + value);
    }

    @Override
    public void bool(boolean value) {
        add(resp3 ? "#" + value : value ? ":1" : ":0");
    }

    @Override
    public void verbatim(String value) {
        add((resp3 ? "=" : "$") + value);
    }

    @Override
    public int mark() {
        return text.length();
    }

    @Override
    public void rewind(int mark) {
        text.setLength(mark);
    }
}
