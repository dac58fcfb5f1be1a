package dev.huck.raft.core.node;

import dev.huck.raft.api.ConfigurationInfo;
import dev.huck.raft.api.MemberInfo;
import dev.huck.raft.api.MembershipChange;
import dev.huck.raft.api.NodeStatus;
import dev.huck.raft.api.Role;
import dev.huck.raft.api.VersionRange;
import dev.huck.raft.api.Voting;
import dev.huck.raft.api.spi.LogPosition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** A loop that does nothing by itself: the test plays the core. */
final class TestLoop implements Loop {
    /** Submitted and not yet taken by the test. */
    final List<Operation> submitted = new ArrayList<>();
    /** What it was told, in order. */
    final List<String> told = new ArrayList<>();
    /** The last admin request's. */
    CompletableFuture<Object> request = new CompletableFuture<>();

    Budget budget = new Budget(256 << 20);
    final Metrics counted = new Metrics();

    boolean leaseValid = true;
    boolean forwards;
    final Set<Long> silent = new HashSet<>();
    Role role = Role.LEADER;
    Optional<String> leader = Optional.of("127.0.0.1:7481");

    private final Consumer<List<Operation>> taker;
    private final LongSupplier clock;

    /** A loop that keeps what is submitted, or hands it on. */
    TestLoop(Consumer<List<Operation>> taker, LongSupplier clock) {
        this.clock = clock;
        this.taker = taker == null ? submitted::addAll : taker;
    }

    @Override
    public void submit(List<Operation> operations) {
        taker.accept(operations);
    }

    /** Takes the oldest that was submitted. */
    Operation take() {
        return submitted.remove(0);
    }

    @Override
    public long nanoTime() {
        return clock.getAsLong();
    }

    @Override
    public Budget budget() {
        return budget;
    }

    @Override
    public boolean leaseValid(long term) {
        return leaseValid;
    }

    @Override
    public boolean forwards() {
        return forwards;
    }

    @Override
    public long stalePatience() {
        return 600_000_000L;
    }

    @Override
    public void refresh() {
        told.add("refresh");
    }

    @Override
    public void applied(long index) {
        told.add("applied " + index);
    }

    @Override
    public void machineFailed(Throwable cause, long index) {
        told.add("failed " + index + " " + cause.getMessage());
    }

    @Override
    public void machineDistrusted() {
        told.add("distrusted");
    }

    @Override
    public void machineRestarted(long appliedIndex, long restored) {
        told.add("restarted " + appliedIndex);
    }

    @Override
    public void count(String name, long amount) {
        counted.add(name, amount);
    }

    @Override
    public Map<String, Long> metrics() {
        return counted.all();
    }

    @Override
    public void diverged(Agreement.Finding finding, boolean again) {
        told.add("diverged at " + finding.index() + (again ? " again" : ""));
    }

    @Override
    public void snapshotSaved(LogPosition position) {
        told.add("saved " + position.index());
    }

    @Override
    public void snapshotAbandoned() {
        told.add("abandoned");
    }

    @Override
    public void snapshotAbandoned(String reason) {
        told.add("abandoned: " + reason);
    }

    private <T> CompletionStage<T> requested(String what) {
        told.add(what);
        CompletableFuture<T> stage = new CompletableFuture<>();
        request = new CompletableFuture<>();
        request.whenComplete((done, failure) -> {
            if (failure == null) {
                stage.complete(null);
            } else {
                stage.completeExceptionally(failure);
            }
        });
        return stage;
    }

    @Override
    public CompletionStage<Void> changeMembers(MembershipChange change) {
        List<String> words = new ArrayList<>();
        change.steps().forEach(step -> words.add((step.kind() + " " + step.member() + " " + step.address()).strip()));
        change.basis().ifPresent(index -> words.add("if " + index));
        return requested(String.join("; ", words));
    }

    @Override
    public CompletionStage<Void> transferLeadership(String idOrAddress) {
        return requested(("transfer " + idOrAddress).strip());
    }

    @Override
    public CompletionStage<Long> snapshot() {
        return requested("snapshot");
    }

    @Override
    public CompletionStage<Void> shrinkLog() {
        return requested("shrink");
    }

    @Override
    public NodeStatus status() {
        List<MemberInfo> members = List.of(
                new MemberInfo(
                        "one",
                        1,
                        "127.0.0.1:7481",
                        Voting.VOTER,
                        new VersionRange(1, 2),
                        VersionRange.ONE,
                        OptionalLong.of(10)),
                new MemberInfo(
                        "two",
                        2,
                        "127.0.0.1:7482",
                        Voting.VOTER,
                        VersionRange.ONE,
                        VersionRange.ONE,
                        OptionalLong.empty()));
        ConfigurationInfo configuration = new ConfigurationInfo(4, true, false, false, 1, 1);
        return new NodeStatus("one", 1, 9, role, 3, leader, 12, 11, 10, 5, members, configuration);
    }

    @Override
    public boolean isSilent(long member) {
        return silent.contains(member);
    }

    @Override
    public Map<String, String> stats() {
        return new TreeMap<>(Map.of("term", "3", "applied_index", "10", "num_peers", "1"));
    }

    @Override
    public CompletionStage<List<Map.Entry<String, String>>> peers() {
        return CompletableFuture.completedFuture(
                List.of(Map.entry("127.0.0.1:7481", "Leader"), Map.entry("127.0.0.1:7482", "Follower")));
    }
}
