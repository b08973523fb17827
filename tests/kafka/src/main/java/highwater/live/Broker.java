package highwater.live;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** One Kafka node as a process of its own: a broker, or the controller. */
final class Broker {
    final int id;
    /** Where clients and other brokers connect. */
    final int port;
    /** Where the proxy connects, and the port that clients behind the proxy are told of. */
    final int innerPort;
    final int proxyPort;
    final Path directory;

    private final Path configuration;
    private final Path output;
    private Process process;
    private boolean frozen;

    Broker(int id, Path root, Map<String, String> settings, int port, int innerPort, int proxyPort) throws IOException {
        this.id = id;
        this.port = port;
        this.innerPort = innerPort;
        this.proxyPort = proxyPort;
        this.directory = root.resolve("data-" + id);
        this.configuration = root.resolve("node-" + id + ".properties");
        this.output = root.resolve("node-" + id + ".log");
        List<String> lines = new ArrayList<>();
        new TreeMap<>(settings).forEach((name, value) -> lines.add(name + "=" + value));
        lines.add("log.dirs=" + directory);
        Files.write(configuration, lines);
    }

    /** A Java process with the oracle's own class path. */
    static ProcessBuilder java(List<String> options, String mainClass, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        command.addAll(arguments);
        return new ProcessBuilder(command);
    }

    Process format(String clusterId) throws IOException {
        return java(List.of("-Xmx128m"), "kafka.tools.StorageTool",
            List.of("format", "--cluster-id", clusterId, "--config", configuration.toString()))
            .redirectErrorStream(true).redirectOutput(Redirect.appendTo(output.toFile())).start();
    }

    void start() throws IOException {
        process = java(List.of("-Xmx256m", "-Doracle.log.level=INFO"), "kafka.Kafka", List.of(configuration.toString()))
            .redirectErrorStream(true).redirectOutput(Redirect.appendTo(output.toFile())).start();
        frozen = false;
    }

    boolean alive() {
        return process != null && process.isAlive();
    }

    boolean frozen() {
        return frozen;
    }

    /** SIGSTOP: the process is there and its connections stay open, but it does nothing at all. */
    void freeze() throws IOException, InterruptedException {
        signal("STOP");
        frozen = true;
    }

    void thaw() throws IOException, InterruptedException {
        signal("CONT");
        frozen = false;
    }

    /** SIGKILL: no last words, no flush; the operating system keeps what was written. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
        frozen = false;
    }

    /** SIGTERM: a controlled shutdown. */
    void stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }

    private void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start().waitFor();
    }

    /** How much it has said so far; {@link #saidSince} returns what came after. */
    long mark() throws IOException {
        return Files.size(output);
    }

    List<String> saidSince(long mark) throws IOException {
        byte[] all = Files.readAllBytes(output);
        return new String(all, (int) mark, all.length - (int) mark, StandardCharsets.UTF_8).lines().toList();
    }

    /** The same with the time of day. */
    List<Said> linesSince(long mark) throws IOException {
        return Said.parse(saidSince(mark));
    }

    void end() {
        if (alive()) {
            process.destroyForcibly();
        }
    }
}
