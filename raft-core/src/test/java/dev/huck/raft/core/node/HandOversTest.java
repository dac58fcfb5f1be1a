package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Role;
import dev.huck.raft.core.consensus.Effect;
import dev.huck.raft.core.consensus.Event;
import dev.huck.raft.core.consensus.Member.Voting;
import dev.huck.raft.core.consensus.Raft;
import dev.huck.raft.core.storage.Incarnation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** What whoever asks for a hand-over is told. */
class HandOversTest {
    private final StepStage stage = new StepStage();
    private final Peers peers = new Peers(1, new Incarnation(1, 1), "host:1", new TestTransport(), 1, new Metrics());
    private final List<Event> asked = new ArrayList<>();
    private final ScriptedCore core = new ScriptedCore();

    private HandOvers of(Raft raft) {
        peers.configuration(raft.configuration());
        return new HandOvers(stage, raft, peers, event -> {
            asked.add(event);
            core.step(raft, event);
        });
    }

    private static CompletableFuture<Void> begin(HandOvers handOvers, String heir) {
        CompletableFuture<Void> future = new CompletableFuture<>();
        handOvers.begin(heir, future);
        return future;
    }

    private static String failure(CompletableFuture<Void> future) {
        assertTrue(future.isDone(), "it waits");
        return String.valueOf(
                assertThrows(ExecutionException.class, future::get).getCause().getMessage());
    }

    @Test
    void theHeirIsNamedToTheCoreAndAwaited() {
        HandOvers handOvers = of(core.leader(Voting.VOTER, Voting.VOTER, Voting.VOTER));
        CompletableFuture<Void> byId = begin(handOvers, "n2");
        CompletableFuture<Void> byAddress = begin(handOvers, "host:2");
        assertEquals(List.of(new Event.Transfer(2), new Event.Transfer(2)), asked);
        handOvers.roleChanged(new Effect.RoleChanged(Role.FOLLOWER, 9, 0));
        assertFalse(byId.isDone(), "nobody leads yet");
        handOvers.roleChanged(new Effect.RoleChanged(Role.FOLLOWER, 9, 2));
        assertTrue(byId.isDone() && !byId.isCompletedExceptionally());
        assertTrue(byAddress.isDone() && !byAddress.isCompletedExceptionally());
    }

    @Test
    void whenAnotherTakesOverThatIsSaid() {
        HandOvers handOvers = of(core.leader(Voting.VOTER, Voting.VOTER, Voting.VOTER));
        CompletableFuture<Void> named = begin(handOvers, "n2");
        CompletableFuture<Void> any = begin(handOvers, "");
        handOvers.roleChanged(new Effect.RoleChanged(Role.FOLLOWER, 9, 3));
        assertEquals("BUSY host:3 took leadership over, and not host:2", failure(named));
        assertTrue(any.isDone() && !any.isCompletedExceptionally());
    }

    @Test
    void whenNobodyTakesOverThatIsSaidAfterAnElectionTimeout() {
        HandOvers handOvers = of(core.leader(Voting.VOTER, Voting.VOTER, Voting.VOTER));
        CompletableFuture<Void> named = begin(handOvers, "n2");
        CompletableFuture<Void> any = begin(handOvers, "");
        assertFalse(named.isDone() || any.isDone());
        stage.pass(1_199_000_000L);
        assertFalse(named.isDone() || any.isDone());
        stage.pass(1_000_000L);
        assertEquals("BUSY host:2 did not take leadership over within an election timeout", failure(named));
        assertEquals("BUSY nobody took leadership over within an election timeout", failure(any));
    }

    @Test
    void whoCanNotLeadIsRefused() {
        HandOvers handOvers = of(core.leader(Voting.VOTER, Voting.VOTER, Voting.LEARNER));
        assertEquals("peer is unknown", failure(begin(handOvers, "n9")));
        assertEquals("ERR n3 does not vote, so it can't lead", failure(begin(handOvers, "n3")));
        assertTrue(begin(handOvers, "n1").isDone(), "it leads already");
        assertEquals(List.of(), asked);
    }

    @Test
    void whoDoesNotAnswerIsRefusedAtOnce() {
        Raft raft = core.leader(Voting.VOTER, Voting.VOTER, Voting.VOTER);
        core.run(raft, 1_500); // Only 2 answers.
        assertEquals("BUSY n3 does not answer; this node goes on leading", failure(begin(of(raft), "n3")));
        assertEquals(List.of(), asked);
    }

    @Test
    void whoCanNotTakeOverThoughItAnswersIsRefusedAtOnce() {
        Raft raft = core.leader(Voting.VOTER, Voting.VOTER, Voting.VOTER);
        core.recovers(true);
        core.run(raft, 200);
        String why =
                " take leadership over at the moment: who does must have answered within an election timeout, and not be"
                        + " recovering; this node goes on leading";
        assertEquals("BUSY host:2 can't" + why, failure(begin(of(raft), "n2")));
        core.run(raft, 1_300);
        assertEquals("BUSY no other voter is able to" + why, failure(begin(of(raft), "")));
    }

    @Test
    void oneHandOverAtATime() {
        Raft raft = core.leader(Voting.VOTER, Voting.VOTER, Voting.VOTER);
        HandOvers handOvers = of(raft);
        CompletableFuture<Void> first = begin(handOvers, "n2");
        assertEquals(
                "BUSY leadership is being handed to host:2 at the moment; try again", failure(begin(handOvers, "n3")));
        assertFalse(first.isDone());
    }

    @Test
    void theOnlyVoterHasNobodyToHandOverTo() {
        HandOvers handOvers = of(core.leader(Voting.VOTER));
        assertEquals("ERR there is no other voter to hand over to", failure(begin(handOvers, "")));
    }
}
