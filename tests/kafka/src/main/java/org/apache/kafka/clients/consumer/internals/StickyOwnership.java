package org.apache.kafka.clients.consumer.internals;

import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;

/** What a sticky assignor reads out of a member's subscription: the partitions it claims, and since which generation. */
public final class StickyOwnership {
    public static AbstractStickyAssignor.MemberData of(AbstractStickyAssignor assignor, Subscription subscription) {
        return assignor.memberData(subscription);
    }

    private StickyOwnership() {
    }
}
