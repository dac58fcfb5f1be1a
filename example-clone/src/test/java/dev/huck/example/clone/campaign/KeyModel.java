package dev.huck.example.clone.campaign;

import dev.huck.raft.testkit.linear.Model;

/** What a key of the clone does when commands come one after the other. Its state is the value, empty for no key. */
final class KeyModel implements Model<String, Call, String> {
    @Override
    public String initial() {
        return "";
    }

    @Override
    public String step(String value, Call call, String output) {
        return switch (call.kind()) {
            case GET -> output == null || output.equals(value) ? value : null;
            case SET -> call.value();
            case INCR -> {
                String next = "" + (value.isEmpty() ? 1 : Long.parseLong(value) + 1);
                yield output == null || output.equals(next) ? next : null;
            }
            case APPEND -> {
                String next = value + call.value();
                yield output == null || output.equals("" + next.length()) ? next : null;
            }
        };
    }
}
