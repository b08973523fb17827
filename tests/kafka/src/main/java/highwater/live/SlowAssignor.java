package highwater.live;

import java.util.Map;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Configurable;

/** Kafka's range assignor, but a leader takes its time over a group of a certain size: the others wait in their sync. */
public final class SlowAssignor extends RangeAssignor implements Configurable {
    /** The size, and how long it takes. */
    static final String MEMBERS = "slow.assignor.members";
    static final String MILLIS = "slow.assignor.ms";

    private int members;
    private long millis;

    @Override
    public void configure(Map<String, ?> settings) {
        members = Integer.parseInt((String) settings.get(MEMBERS));
        millis = Long.parseLong((String) settings.get(MILLIS));
    }

    @Override
    public GroupAssignment assign(Cluster metadata, GroupSubscription subscription) {
        if (subscription.groupSubscription().size() == members) {
            try {
                Thread.sleep(millis);
            } catch (InterruptedException stopped) {
                throw new IllegalStateException(stopped);
            }
        }
        return super.assign(metadata, subscription);
    }
}
