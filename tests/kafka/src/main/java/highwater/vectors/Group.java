package highwater.vectors;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * A consumer group and its topics, changing at random from one rebalance to the next: members join, leave, miss a
 * rebalance and return, change their subscription; topics appear, disappear and grow.
 */
final class Group<S> {
    /** A member with whatever state the assignor under test keeps for it. */
    static final class Member<S> {
        final String id;
        final String instance;
        final String rack;
        final Set<String> topics = new TreeSet<>();
        final S state;

        private Member(String id, String instance, String rack, S state) {
            this.id = id;
            this.instance = instance;
            this.rack = rack;
            this.state = state;
        }
    }

    private static final List<String> NAMES = List.of("a", "b", "c", "d", "orders", "t1", "t2", "user-events");

    final SortedMap<String, Integer> topics = new TreeMap<>();
    /** The racks of the replicas of each partition; empty where racks play no part. */
    final SortedMap<String, List<List<String>>> racks = new TreeMap<>();
    final List<Member<S>> members = new ArrayList<>();
    /** Members that left and may return with all they remember. */
    final List<Member<S>> away = new ArrayList<>();

    private final SplittableRandom random;
    private final boolean withRacks;
    private final boolean equalSubscriptions;
    private final int replicas;
    private final Supplier<S> newState;
    /** Every topic there ever was: a deleted one does not return, for it would be another topic of the same name. */
    private final Set<String> named = new TreeSet<>();
    private int born;

    Group(SplittableRandom random, boolean withRacks, Supplier<S> newState) {
        this.random = random;
        this.withRacks = withRacks;
        this.equalSubscriptions = random.nextInt(5) < 2;
        this.replicas = 1 + random.nextInt(3);
        this.newState = newState;
        boolean equalCounts = random.nextInt(3) == 0;
        int partitions = 1 + random.nextInt(6);
        for (int left = 1 + random.nextInt(4); left > 0; left--) {
            grow(NAMES.get(random.nextInt(NAMES.size())), equalCounts ? partitions : 1 + random.nextInt(7));
        }
        for (int left = 1 + random.nextInt(5); left > 0; left--) {
            join();
        }
    }

    /** One thing happens, or nothing: a rebalance may also be the second half of a cooperative one. */
    void change() {
        switch (random.nextInt(9)) {
            case 0, 1 -> join();
            case 2 -> remove();
            case 3 -> {
                if (members.size() > 1) {
                    away.add(remove());
                }
            }
            case 4 -> {
                if (!away.isEmpty()) {
                    members.add(away.remove(0));
                }
            }
            case 5 -> {
                String topic = topics.keySet().stream().skip(random.nextInt(topics.size())).findFirst().orElseThrow();
                grow(topic, topics.get(topic) + 1 + random.nextInt(3));
            }
            case 6 -> changeTopics();
            default -> { }
        }
    }

    private void changeTopics() {
        if (equalSubscriptions) {
            if (random.nextInt(3) == 0 && topics.size() > 1) {
                String gone = topics.lastKey();
                topics.remove(gone);
                racks.remove(gone);
                // Some clients still ask for a deleted topic.
                if (random.nextBoolean()) {
                    members.forEach(member -> member.topics.remove(gone));
                }
            } else {
                String added = NAMES.get(random.nextInt(NAMES.size()));
                if (!named.contains(added)) {
                    grow(added, 1 + random.nextInt(6));
                    members.forEach(member -> member.topics.add(added));
                }
            }
            return;
        }
        Member<S> member = members.get(random.nextInt(members.size()));
        member.topics.clear();
        subscribe(member);
    }

    private Member<S> remove() {
        if (members.size() == 1) {
            join();
        }
        return members.remove(random.nextInt(members.size()));
    }

    private void join() {
        int number = born++;
        String id = switch (random.nextInt(4)) {
            case 0 -> "consumer-g-" + number + "-" + new UUID(random.nextLong(), random.nextLong());
            case 1 -> "consumer" + number;
            default -> "c" + number;
        };
        String instance = random.nextInt(4) == 0 ? "i" + random.nextInt(10) + number : null;
        String rack = withRacks && random.nextInt(8) > 0 ? "r" + random.nextInt(3) : null;
        Member<S> member = new Member<>(id, instance, rack, newState.get());
        if (equalSubscriptions && !members.isEmpty()) {
            member.topics.addAll(members.get(0).topics);
        } else {
            subscribe(member);
        }
        members.add(random.nextInt(members.size() + 1), member);
    }

    private void subscribe(Member<S> member) {
        if (equalSubscriptions) {
            member.topics.addAll(topics.keySet());
            return;
        }
        for (String topic : topics.keySet()) {
            if (random.nextBoolean()) {
                member.topics.add(topic);
            }
        }
        if (member.topics.isEmpty()) {
            member.topics.add(topics.firstKey());
        }
    }

    private void grow(String topic, int partitions) {
        named.add(topic);
        topics.put(topic, partitions);
        if (withRacks) {
            List<List<String>> all = racks.computeIfAbsent(topic, name -> new ArrayList<>());
            while (all.size() < partitions) {
                Set<String> of = new TreeSet<>();
                for (int left = replicas; left > 0; left--) {
                    of.add("r" + random.nextInt(3));
                }
                all.add(List.copyOf(of));
            }
        }
    }
}
