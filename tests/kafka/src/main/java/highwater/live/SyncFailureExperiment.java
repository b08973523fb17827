package highwater.live;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A member joins while others wait for their assignment: their sync fails, and a new rebalance begins. */
final class SyncFailureExperiment {
    private static final String GROUP = "sync-failure";
    private static final int SESSION_MS = 10_000;
    /** Shorter than the session: the leader's own heartbeats rest while it assigns. */
    private static final int SLOW_MS = 7_000;
    private static final String JOINED = "Successfully joined group with generation";
    private static final String FAILED = "SyncGroup failed: The group began another rebalance";
    private static final String JOINING = "(Re-)joining group";

    static void run(Cluster cluster, Experiment run) throws Exception {
        run.setting("session.timeout.ms", SESSION_MS);
        run.setting("heartbeat.interval.ms", 1_000);
        run.setting("ms the leader takes to assign four members", SLOW_MS);
        Map<Integer, List<Integer>> replicas = new HashMap<>();
        for (int partition = 0; partition < GroupExperiments.PARTITIONS; partition++) {
            replicas.put(partition, List.of(1 + partition % 3));
        }
        cluster.createTopic(GROUP, replicas, Map.of());
        Map<Integer, Long> marks = new HashMap<>();
        for (Broker broker : cluster.brokers.values()) {
            marks.put(broker.id, broker.mark());
        }
        List<MemberProcess> members = new ArrayList<>();
        try {
            for (String name : List.of("a", "b", "c")) {
                members.add(member(cluster, name));
            }
            GroupExperiments.settled(members, 3);
            List<MemberProcess> settled = List.copyOf(members);
            long joined = settled.stream().mapToLong(member -> said(member, JOINED).size()).sum();
            members.add(member(cluster, "d"));
            run.step("a, b and c share the partitions; d joins, and the leader takes its time to assign");
            Wait.until("they have joined", 30_000, () ->
                settled.stream().mapToLong(member -> said(member, JOINED).size()).sum() == joined + settled.size());
            members.add(member(cluster, "e"));
            run.step("e joins while the others wait for their assignment");
            GroupExperiments.settled(members, 5);
            run.step("the group is settled again");

            Map<String, Long> waited = new TreeMap<>();
            Map<String, Long> rejoined = new TreeMap<>();
            for (MemberProcess member : members) {
                inspect(member, waited, rejoined);
            }
            List<String> coordinator = new ArrayList<>();
            for (Broker broker : cluster.brokers.values()) {
                broker.saidSince(marks.get(broker.id)).stream().filter(line -> line.contains(GROUP)).forEach(coordinator::add);
            }
            long expelled = coordinator.stream().filter(line -> line.contains("removing it from the group")
                || line.contains("removed dynamic members") || line.contains("who haven't sent their sync")).count();
            long newIds = members.stream().filter(member -> lines(member).stream()
                .anyMatch(line -> line.text().contains("Resetting generation and member id"))).count();
            run.observe("ms from the answer to JoinGroup to REBALANCE_IN_PROGRESS (the longest is the leader)", waited);
            run.observe("ms from REBALANCE_IN_PROGRESS to the next JoinGroup", rejoined);
            run.observe("members the coordinator expelled", expelled);
            run.observe("members that lost their id", newIds);
            run.words(coordinator.stream().filter(line -> Stream.of("Preparing to rebalance", "Stabilized", "failed")
                .anyMatch(line::contains)).toList());
            run.words(said(members.get(1), FAILED).stream().map(Said::text).toList());
            run.conclude(expelled == 0 && newIds == 0 && rejoined.keySet().containsAll(List.of("a", "b", "c", "d"))
                && rejoined.values().stream().allMatch(ms -> ms < 50));
        } finally {
            for (MemberProcess member : members) {
                member.close();
            }
        }
        cluster.deleteTopic(GROUP);
    }

    private static MemberProcess member(Cluster cluster, String name) throws Exception {
        return new MemberProcess(name, GROUP, "auto", 0, 0, Map.ofEntries(
            Map.entry("bootstrap.servers", cluster.bootstrap()), Map.entry("group.id", GROUP),
            Map.entry("enable.auto.commit", "false"),
            Map.entry("session.timeout.ms", Integer.toString(SESSION_MS)),
            Map.entry("heartbeat.interval.ms", "1000"),
            Map.entry("partition.assignment.strategy", SlowAssignor.class.getName()),
            Map.entry(SlowAssignor.MEMBERS, "4"), Map.entry(SlowAssignor.MILLIS, Integer.toString(SLOW_MS))));
    }

    /** The last time its sync failed: how long it had waited, and how soon it joined again. */
    private static void inspect(MemberProcess member, Map<String, Long> waited, Map<String, Long> rejoined) {
        Said joined = null;
        Said failed = null;
        for (Said line : lines(member)) {
            if (line.text().contains(JOINED)) {
                joined = line;
            } else if (line.text().contains(FAILED)) {
                failed = line;
                if (joined != null) {
                    waited.put(member.name, line.since(joined.at()));
                }
            } else if (line.text().contains(JOINING) && failed != null) {
                rejoined.put(member.name, line.since(failed.at()));
                failed = null;
            }
        }
    }

    private static List<Said> said(MemberProcess member, String what) {
        return lines(member).stream().filter(line -> line.text().contains(what)).toList();
    }

    private static List<Said> lines(MemberProcess member) {
        return Said.parse(member.said());
    }

    private SyncFailureExperiment() {
    }
}
