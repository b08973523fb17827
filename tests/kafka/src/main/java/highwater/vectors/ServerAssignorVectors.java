package highwater.vectors;

import highwater.VectorFile;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordHelpers;
import org.apache.kafka.coordinator.group.api.assignor.ConsumerGroupPartitionAssignor;
import org.apache.kafka.coordinator.group.api.assignor.MemberAssignment;
import org.apache.kafka.coordinator.group.api.assignor.SubscribedTopicDescriber;
import org.apache.kafka.coordinator.group.api.assignor.SubscriptionType;
import org.apache.kafka.coordinator.group.assignor.RangeAssignor;
import org.apache.kafka.coordinator.group.assignor.UniformAssignor;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupTargetAssignmentMemberValue;
import org.apache.kafka.coordinator.group.modern.Assignment;
import org.apache.kafka.coordinator.group.modern.GroupSpecImpl;
import org.apache.kafka.coordinator.group.modern.MemberSubscriptionAndAssignmentImpl;
import org.apache.kafka.coordinator.group.modern.ModernGroup;
import org.apache.kafka.coordinator.group.modern.SubscriptionCount;

/**
 * The assignors that run in the group coordinator. Each target goes through the coordinator's own record before it is
 * the next round's starting point, as after a write to {@code __consumer_offsets}.
 */
public final class ServerAssignorVectors {
    private static final class State {
        Assignment target = Assignment.EMPTY;
    }

    public static VectorFile uniform() {
        return generate(new UniformAssignor(), "UniformAssignor", 0x756e6966L);
    }

    public static VectorFile range() {
        return generate(new RangeAssignor(), "RangeAssignor", 0x73727667L);
    }

    private static VectorFile generate(ConsumerGroupPartitionAssignor assignor, String name, long seed) {
        VectorFile file = new VectorFile("org.apache.kafka.coordinator.group.assignor." + name, seed);
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 420; i++) {
            Group<State> group = new Group<>(random, false, State::new);
            Map<String, Uuid> ids = new TreeMap<>();
            List<Object> rounds = new ArrayList<>();
            for (int round = 0, length = 1 + random.nextInt(6); round < length; round++) {
                if (round > 0) {
                    group.change();
                    // The coordinator forgets a member that left, with its target.
                    group.away.forEach(member -> member.state.target = Assignment.EMPTY);
                }
                // The order in which topics are visited follows from the hash of their ids.
                for (String topic : group.topics.keySet()) {
                    ids.computeIfAbsent(topic, any -> new Uuid(random.nextLong(), random.nextLong()));
                }
                rounds.add(assign(assignor, group, ids));
            }
            Map<String, String> hex = new TreeMap<>();
            ids.forEach((topic, id) -> hex.put(topic,
                String.format("%016x%016x", id.getMostSignificantBits(), id.getLeastSignificantBits())));
            file.add("topic_ids", hex, "rounds", rounds);
        }
        return file;
    }

    private static Map<String, Object> assign(ConsumerGroupPartitionAssignor assignor, Group<State> group,
                                              Map<String, Uuid> ids) {
        Map<String, MemberSubscriptionAndAssignmentImpl> specs = new HashMap<>();
        Map<Uuid, Map<Integer, String>> inverted = new HashMap<>();
        Map<String, SubscriptionCount> counts = new HashMap<>();
        List<Object> members = new ArrayList<>();
        for (Group.Member<State> member : group.members) {
            Set<Uuid> topicIds = new HashSet<>();
            for (String topic : member.topics) {
                // A topic that does not exist has no id, so the coordinator never shows it to an assignor.
                if (group.topics.containsKey(topic)) {
                    topicIds.add(ids.get(topic));
                }
                counts.merge(topic, new SubscriptionCount(1, 0), (a, b) -> new SubscriptionCount(a.byNameCount() + 1, 0));
            }
            specs.put(member.id, new MemberSubscriptionAndAssignmentImpl(Optional.empty(),
                Optional.ofNullable(member.instance), topicIds, member.state.target));
            member.state.target.partitions().forEach((topic, partitions) -> partitions.forEach(partition ->
                inverted.computeIfAbsent(topic, any -> new HashMap<>()).put(partition, member.id)));
            Map<String, Object> described = VectorFile.object("id", member.id, "topics", List.copyOf(member.topics),
                "owned", byTopic(member.state.target.partitions(), ids));
            if (member.instance != null) {
                described.put("instance", member.instance);
            }
            members.add(described);
        }
        SubscriptionType type = ModernGroup.subscriptionType(counts, group.members.size());
        Map<String, MemberAssignment> result =
            assignor.assign(new GroupSpecImpl(specs, type, inverted), describer(group, ids)).members();

        Map<String, Object> assignment = new TreeMap<>();
        for (Group.Member<State> member : group.members) {
            MemberAssignment target = result.get(member.id);
            member.state.target = target == null ? Assignment.EMPTY : recorded(member.id, target);
            assignment.put(member.id, byTopic(member.state.target.partitions(), ids));
        }
        return VectorFile.object("topics", new TreeMap<>(group.topics), "subscriptions", type.toString().toLowerCase(),
            "members", members, "member_order", new ArrayList<>(specs.keySet()), "assignment", assignment);
    }

    private static Assignment recorded(String memberId, MemberAssignment target) {
        return Assignment.fromRecord((ConsumerGroupTargetAssignmentMemberValue) GroupCoordinatorRecordHelpers
            .newConsumerGroupTargetAssignmentRecord("g", memberId, target.partitions()).value().message());
    }

    private static SubscribedTopicDescriber describer(Group<State> group, Map<String, Uuid> ids) {
        Map<Uuid, Integer> partitions = new HashMap<>();
        group.topics.forEach((topic, count) -> partitions.put(ids.get(topic), count));
        return new SubscribedTopicDescriber() {
            @Override
            public int numPartitions(Uuid topicId) {
                return partitions.getOrDefault(topicId, -1);
            }

            @Override
            public Set<String> racksForPartition(Uuid topicId, int partition) {
                return Collections.emptySet();
            }
        };
    }

    private static Map<String, List<Integer>> byTopic(Map<Uuid, Set<Integer>> partitions, Map<String, Uuid> ids) {
        Map<String, List<Integer>> byTopic = new TreeMap<>();
        ids.forEach((topic, id) -> {
            if (partitions.containsKey(id)) {
                byTopic.put(topic, List.copyOf(new TreeSet<>(partitions.get(id))));
            }
        });
        return byTopic;
    }

    private ServerAssignorVectors() {
    }
}
