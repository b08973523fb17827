package highwater.live;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.producer.KafkaProducer;

/** Who reads what while members come and go, and what a crash makes a group read twice or never. */
final class GroupExperiments {
    static final int PARTITIONS = 6;
    static final int SESSION_MS = 6_000;

    static void rebalances(Cluster cluster, Experiment run) throws Exception {
        run.setting("partitions", PARTITIONS);
        run.setting("session.timeout.ms (group.consumer.session.timeout.ms)", SESSION_MS);
        run.setting("heartbeat.interval.ms (group.consumer.heartbeat.interval.ms)", 1_000);
        Map<String, Map<String, String>> protocols = new LinkedHashMap<>();
        protocols.put("range", classic("org.apache.kafka.clients.consumer.RangeAssignor"));
        protocols.put("cooperative-sticky", classic("org.apache.kafka.clients.consumer.CooperativeStickyAssignor"));
        protocols.put("consumer", Map.of("group.protocol", "consumer"));
        Map<String, Map<String, Map<Integer, Long>>> all = new HashMap<>();
        for (Map.Entry<String, Map<String, String>> protocol : protocols.entrySet()) {
            all.put(protocol.getKey(), rebalances(cluster, run, protocol.getKey(), protocol.getValue()));
        }
        // Eager: everything stops at every change. Incremental: what does not move goes on.
        run.conclude(untouched(all.get("range").get("join")) == 0
            && untouched(all.get("cooperative-sticky").get("join")) > 0
            && untouched(all.get("consumer").get("join")) > 0
            && all.values().stream().allMatch(phases -> longest(phases.get("kill")) > SESSION_MS - 1_500));
    }

    private static Map<String, String> classic(String assignor) {
        return Map.of("group.protocol", "classic", "partition.assignment.strategy", assignor,
            "session.timeout.ms", Integer.toString(SESSION_MS), "heartbeat.interval.ms", "1000");
    }

    private static long untouched(Map<Integer, Long> unowned) {
        return unowned.values().stream().filter(ms -> ms == 0).count();
    }

    private static long longest(Map<Integer, Long> unowned) {
        return unowned.values().stream().max(Long::compare).orElse(0L);
    }

    private static Map<String, Map<Integer, Long>> rebalances(Cluster cluster, Experiment run, String name,
                                                              Map<String, String> protocol) throws Exception {
        String topic = "rebalance-" + name;
        Map<Integer, List<Integer>> replicas = new HashMap<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            replicas.put(partition, List.of(1 + partition % 3));
        }
        cluster.createTopic(topic, replicas, Map.of());
        Map<String, String> settings = new HashMap<>(protocol);
        settings.put("bootstrap.servers", cluster.bootstrap());
        settings.put("group.id", "group-" + name);
        settings.put("enable.auto.commit", "false");
        Map<String, Map<Integer, Long>> phases = new LinkedHashMap<>();
        try (MemberProcess a = member("a", topic, settings); MemberProcess b = member("b", topic, settings)) {
            settled(List.of(a, b), 2);
            long start = System.currentTimeMillis();
            try (MemberProcess c = member("c", topic, settings)) {
                settled(List.of(a, b, c), 3);
                phases.put("join", report(run, name, "join", List.of(a, b, c), start, Map.of()));
                run.step("%s: two members own the partitions; a third joins, then closes", name);
                start = System.currentTimeMillis();
                c.leave();
                settled(List.of(a, b), 2);
                phases.put("close", report(run, name, "close", List.of(a, b, c), start, Map.of()));
            }
            start = System.currentTimeMillis();
            b.kill();
            long killed = System.currentTimeMillis();
            settled(List.of(a), 1);
            run.step("%s: one of the two is killed", name);
            phases.put("kill", report(run, name, "kill", List.of(a, b), start, Map.of("b", killed)));
        }
        cluster.deleteTopic(topic);
        return phases;
    }

    private static MemberProcess member(String name, String topic, Map<String, String> settings) throws Exception {
        return new MemberProcess(name, topic, "auto", 0, 0, settings);
    }

    /** Every partition has one owner, every member owns some, and nothing has happened for a while. */
    static void settled(List<MemberProcess> members, int owners) throws Exception {
        Wait.until("the group is settled", 60_000, () -> {
            Map<Integer, String> owner = new TreeMap<>();
            long latest = 0;
            for (MemberProcess member : members) {
                for (int partition : owned(member)) {
                    if (owner.put(partition, member.name) != null) {
                        return false;
                    }
                }
                latest = Math.max(latest, member.events.stream().mapToLong(MemberProcess.Event::at).max().orElse(Long.MAX_VALUE));
            }
            return owner.size() == PARTITIONS && new TreeSet<>(owner.values()).size() == owners
                && System.currentTimeMillis() - latest > 2_500;
        });
    }

    private static TreeSet<Integer> owned(MemberProcess member) {
        TreeSet<Integer> owned = new TreeSet<>();
        for (MemberProcess.Event event : member.events) {
            switch (event.what()) {
                case "assigned" -> owned.addAll(event.numbers());
                case "revoked", "lost" -> event.numbers().forEach(owned::remove);
                default -> { }
            }
        }
        return owned;
    }

    /** For how many milliseconds after the start each partition had no owner. */
    private static Map<Integer, Long> report(Experiment run, String name, String phase, List<MemberProcess> members, long start,
                                             Map<String, Long> killed) {
        record Change(long at, boolean gained, int partition) {
        }
        List<Change> changes = new ArrayList<>();
        for (MemberProcess member : members) {
            TreeSet<Integer> owned = new TreeSet<>();
            for (MemberProcess.Event event : member.events) {
                boolean gained = event.what().equals("assigned");
                if (gained || event.what().equals("revoked") || event.what().equals("lost")) {
                    for (int partition : event.numbers()) {
                        changes.add(new Change(event.at(), gained, partition));
                        if (gained) {
                            owned.add(partition);
                        } else {
                            owned.remove(partition);
                        }
                    }
                }
            }
            if (killed.containsKey(member.name)) {
                owned.forEach(partition -> changes.add(new Change(killed.get(member.name), false, partition)));
            }
        }
        changes.sort((x, y) -> Long.compare(x.at, y.at));
        Map<Integer, Long> unowned = new TreeMap<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            long total = 0;
            long since = -1;
            for (Change change : changes) {
                if (change.partition != partition || change.at < start) {
                    continue;
                }
                if (!change.gained) {
                    since = change.at;
                } else if (since >= 0) {
                    total += change.at - since;
                    since = -1;
                }
            }
            unowned.put(partition, total);
        }
        run.observe("ms without an owner, per partition, " + name + ", " + phase, unowned);
        return unowned;
    }

    static void crashes(Cluster cluster, Experiment run) throws Exception {
        run.setting("max.poll.records", 10);
        run.setting("ms per record", 50);
        run.setting("session.timeout.ms", SESSION_MS);
        Map<String, String> automatic = Map.of("enable.auto.commit", "true", "auto.commit.interval.ms", "300");
        Map<String, String> manual = Map.of("enable.auto.commit", "false");
        Result auto = crash(cluster, run, "auto-commit", "auto", automatic, 25);
        Result after = crash(cluster, run, "process-then-commit", "after", manual, 25);
        Result before = crash(cluster, run, "commit-then-process", "before", manual, 25);
        run.conclude(auto.again > 0 && auto.skipped == 0 && after.again > 0 && after.skipped == 0
            && before.again == 0 && before.skipped > 0);
    }

    private record Result(long again, long skipped) {
    }

    private static Result crash(Cluster cluster, Experiment run, String name, String commit, Map<String, String> extra,
                                int crashAfter) throws Exception {
        String topic = "crash-" + name;
        int records = 40;
        cluster.createTopic(topic, List.of(1, 2, 3), Map.of());
        try (KafkaProducer<String, String> producer = Clients.producer(cluster.bootstrap(), Map.of("acks", "all"))) {
            Clients.outcome(Clients.send(producer, topic, "r", records), "r");
        }
        Map<String, String> settings = new HashMap<>(extra);
        settings.putAll(Map.of("bootstrap.servers", cluster.bootstrap(), "group.id", "group-" + name,
            "auto.offset.reset", "earliest", "max.poll.records", "10", "session.timeout.ms", Integer.toString(SESSION_MS),
            "heartbeat.interval.ms", "1000"));
        try (MemberProcess first = new MemberProcess("first", topic, commit, crashAfter, 50, settings)) {
            Wait.until("the crash", 30_000, () -> !first.alive());
            run.step("%s: a member processes %d of %d records, ten to a poll, and crashes in the middle of a batch", name,
                crashAfter, records);
            try (MemberProcess second = new MemberProcess("second", topic, commit, 0, 0, settings)) {
                Wait.until("the rest is read", 40_000, () -> second.processed().contains((long) records - 1));
                run.step("%s: another member reads on", name);
                List<Long> seen = first.processed();
                List<Long> rest = second.processed();
                List<Long> again = rest.stream().filter(seen::contains).toList();
                List<Long> skipped = new ArrayList<>();
                for (long offset = 0; offset < records; offset++) {
                    if (!seen.contains(offset) && !rest.contains(offset)) {
                        skipped.add(offset);
                    }
                }
                run.observe("last record processed before the crash, " + name, seen.get(seen.size() - 1));
                run.observe("first record seen after it, " + name, rest.get(0));
                run.observe("records seen again, " + name, again);
                run.observe("records never processed, " + name, skipped);
                second.leave();
                return new Result(again.size(), skipped.size());
            }
        } finally {
            cluster.deleteTopic(topic);
        }
    }

    private GroupExperiments() {
    }
}
