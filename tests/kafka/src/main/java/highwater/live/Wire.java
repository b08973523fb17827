package highwater.live;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponsePartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.DescribeTopicPartitionsRequest;
import org.apache.kafka.common.requests.DescribeTopicPartitionsResponse;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.apache.kafka.common.requests.ListOffsetsResponse;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.RequestHeader;

/** One question to one given broker. A client would choose the broker itself, and may choose a frozen one. */
final class Wire {
    /** What a broker knows of partition 0. */
    record State(int leader, int epoch, List<Integer> isr, List<Integer> elr) {
        @Override
        public String toString() {
            return "leader " + leader + ", epoch " + epoch + ", ISR " + isr + ", ELR " + elr;
        }
    }

    static State state(Broker broker, String topic) throws IOException {
        DescribeTopicPartitionsResponse response = (DescribeTopicPartitionsResponse) ask(broker,
            new DescribeTopicPartitionsRequest.Builder(List.of(topic)).build((short) 0));
        DescribeTopicPartitionsResponsePartition partition =
            response.data().topics().find(topic).partitions().get(0);
        List<Integer> elr = partition.eligibleLeaderReplicas();
        return new State(partition.leaderId(), partition.leaderEpoch(), List.copyOf(partition.isrNodes()),
            elr == null ? List.of() : List.copyOf(elr));
    }

    /** The end a reader may reach: the high watermark, as the leader tells a consumer. */
    static long highWatermark(Broker leader, String topic) throws IOException {
        ListOffsetsRequest request = ListOffsetsRequest.Builder.forConsumer(true, IsolationLevel.READ_UNCOMMITTED)
            .setTargetTimes(List.of(new ListOffsetsTopic().setName(topic).setPartitions(List.of(
                new ListOffsetsPartition().setPartitionIndex(0).setTimestamp(ListOffsetsRequest.LATEST_TIMESTAMP)))))
            .build((short) 7);
        ListOffsetsResponse response = (ListOffsetsResponse) ask(leader, request);
        return response.topics().get(0).partitions().get(0).offset();
    }

    static List<Integer> brokers(Broker broker) throws IOException {
        MetadataResponse response = (MetadataResponse) ask(broker,
            new MetadataRequest.Builder(List.of(), false).build((short) 9));
        return response.brokers().stream().map(node -> node.id()).sorted().toList();
    }

    private static AbstractResponse ask(Broker broker, AbstractRequest request) throws IOException {
        ApiKeys key = request.apiKey();
        RequestHeader header = new RequestHeader(key, request.version(), "oracle", 1);
        ByteBuffer sent = request.serializeWithHeader(header);
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("localhost", broker.port), 1_000);
            socket.setSoTimeout(3_000);
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            byte[] bytes = new byte[4 + sent.remaining()];
            ByteBuffer.wrap(bytes).putInt(sent.remaining()).put(sent);
            out.write(bytes);
            out.flush();
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] answer = new byte[in.readInt()];
            in.readFully(answer);
            return AbstractResponse.parseResponse(ByteBuffer.wrap(answer), header);
        }
    }

    private Wire() {
    }
}
