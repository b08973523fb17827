package highwater.vectors;

import highwater.VectorFile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.GroupSubscription;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.RebalanceProtocol;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.consumer.RoundRobinAssignor;
import org.apache.kafka.clients.consumer.StickyAssignor;
import org.apache.kafka.clients.consumer.internals.AbstractStickyAssignor;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.clients.consumer.internals.StickyOwnership;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * The assignors that run in the group's leader. Subscriptions and assignments travel through Kafka's own wire format,
 * and each member has its own assignor object, as in a real group: a sticky one remembers what its member was given.
 */
public final class ClientAssignorVectors {
    /** One node in each rack. */
    private static final List<Node> NODES = List.of(new Node(0, "localhost", 9092, "r0"),
        new Node(1, "localhost", 9093, "r1"), new Node(2, "localhost", 9094, "r2"));

    private static final class State {
        final ConsumerPartitionAssignor assignor;
        List<TopicPartition> owned = List.of();
        int generation = -1;

        State(ConsumerPartitionAssignor assignor) {
            this.assignor = assignor;
        }
    }

    public static VectorFile range() {
        return generate("RangeAssignor", RangeAssignor::new, 0x72616e67L, 300, 250);
    }

    public static VectorFile roundRobin() {
        return generate("RoundRobinAssignor", RoundRobinAssignor::new, 0x726f756eL, 500, 0);
    }

    public static VectorFile sticky() {
        return generate("StickyAssignor", StickyAssignor::new, 0x73746963L, 500, 60);
    }

    public static VectorFile cooperativeSticky() {
        return generate("CooperativeStickyAssignor", CooperativeStickyAssignor::new, 0x636f6f70L, 500, 60);
    }

    private static VectorFile generate(String name, Supplier<ConsumerPartitionAssignor> assignor, long seed, int plain,
                                       int withRacks) {
        VectorFile file = new VectorFile("org.apache.kafka.clients.consumer." + name, seed);
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < plain + withRacks; i++) {
            Group<State> group = new Group<>(random, i >= plain, () -> new State(assignor.get()));
            List<Object> rounds = new ArrayList<>();
            int length = 1 + random.nextInt(6);
            for (int generation = 1; generation <= length; generation++) {
                if (generation > 1) {
                    group.change();
                }
                rounds.add(rebalance(group, generation));
            }
            file.add("rounds", rounds);
        }
        return file;
    }

    private static Map<String, Object> rebalance(Group<State> group, int generation) {
        // A HashMap, as in the real leader: where Kafka's result depends on the order of members, it is this map's.
        Map<String, Subscription> subscriptions = new HashMap<>();
        List<Object> members = new ArrayList<>();
        for (Group.Member<State> member : group.members) {
            subscriptions.put(member.id, subscription(member));
            members.add(describe(member));
        }
        ConsumerPartitionAssignor leader = group.members.get(0).state.assignor;
        Map<String, Assignment> assignments =
            leader.assign(cluster(group), new GroupSubscription(subscriptions)).groupAssignment();

        Map<String, Object> assignment = new TreeMap<>();
        for (Group.Member<State> member : group.members) {
            Assignment own = ConsumerProtocol.deserializeAssignment(
                ConsumerProtocol.serializeAssignment(assignments.get(member.id)));
            member.state.assignor.onAssignment(own,
                new ConsumerGroupMetadata("g", generation, member.id, Optional.ofNullable(member.instance)));
            member.state.owned = own.partitions();
            member.state.generation = generation;
            assignment.put(member.id, byTopic(own.partitions()));
        }
        Map<String, Object> round = VectorFile.object("topics", new TreeMap<>(group.topics));
        if (!group.racks.isEmpty()) {
            round.put("racks", new TreeMap<>(group.racks));
        }
        round.put("members", members);
        round.put("assignment", assignment);
        return round;
    }

    private static Subscription subscription(Group.Member<State> member) {
        ConsumerPartitionAssignor assignor = member.state.assignor;
        // An eager member has given everything back before it joins; what it had travels in its user data, if at all.
        boolean cooperative = assignor.supportedProtocols().contains(RebalanceProtocol.COOPERATIVE);
        Subscription sent = new Subscription(List.copyOf(member.topics), assignor.subscriptionUserData(member.topics),
            cooperative ? member.state.owned : List.of(), member.state.generation, Optional.ofNullable(member.rack));
        Subscription received = ConsumerProtocol.deserializeSubscription(ConsumerProtocol.serializeSubscription(sent));
        received.setGroupInstanceId(Optional.ofNullable(member.instance));
        return received;
    }

    private static Map<String, Object> describe(Group.Member<State> member) {
        Map<String, Object> described = VectorFile.object("id", member.id, "topics", List.copyOf(member.topics));
        if (member.instance != null) {
            described.put("instance", member.instance);
        }
        if (member.rack != null) {
            described.put("rack", member.rack);
        }
        if (member.state.assignor instanceof AbstractStickyAssignor sticky) {
            AbstractStickyAssignor.MemberData claimed = StickyOwnership.of(sticky, subscription(member));
            described.put("owned", byTopic(claimed.partitions));
            described.put("generation", claimed.generation.orElse(-1));
        }
        return described;
    }

    private static Map<String, List<Integer>> byTopic(List<TopicPartition> partitions) {
        Map<String, List<Integer>> byTopic = new TreeMap<>();
        for (TopicPartition partition : partitions) {
            byTopic.computeIfAbsent(partition.topic(), topic -> new ArrayList<>()).add(partition.partition());
        }
        return byTopic;
    }

    private static Cluster cluster(Group<State> group) {
        List<PartitionInfo> partitions = new ArrayList<>();
        group.topics.forEach((topic, count) -> {
            for (int partition = 0; partition < count; partition++) {
                Node[] replicas = group.racks.isEmpty() ? new Node[] {NODES.get(0)}
                    : group.racks.get(topic).get(partition).stream()
                        .map(rack -> NODES.get(rack.charAt(1) - '0')).toArray(Node[]::new);
                partitions.add(new PartitionInfo(topic, partition, replicas[0], replicas, replicas));
            }
        });
        return new Cluster("c", NODES, partitions, Set.of(), Set.of());
    }

    private ClientAssignorVectors() {
    }
}
