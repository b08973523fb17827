package highwater.live;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A {@link Member}'s process seen from outside. */
final class MemberProcess implements AutoCloseable {
    record Event(long at, String what, String detail) {
        List<Integer> numbers() {
            return detail.isEmpty() ? List.of() : List.of(detail.split(",")).stream().map(Integer::valueOf).toList();
        }
    }

    final String name;
    final List<Event> events = new CopyOnWriteArrayList<>();
    private final Process process;
    private final Path output;

    MemberProcess(String name, String topic, String commit, int crashAfter, long workMs, Map<String, String> settings)
        throws IOException {
        this.name = name;
        output = Files.createTempFile("highwater-member", ".log");
        output.toFile().deleteOnExit();
        List<String> arguments = new ArrayList<>(List.of(topic, commit, Integer.toString(crashAfter), Long.toString(workMs)));
        new TreeMap<>(settings).forEach((setting, value) -> arguments.add(setting + "=" + value));
        process = Broker.java(List.of("-Xmx128m", "-Doracle.log.level=INFO"), "highwater.live.Member", arguments)
            .redirectError(Redirect.to(output.toFile())).start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        Thread reader = new Thread(this::read);
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader lines = new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] parts = line.split(" ", 3);
                events.add(new Event(Long.parseLong(parts[0]), parts[1], parts[2]));
            }
        } catch (IOException ended) {
            // The process was killed.
        }
    }

    List<Long> processed() {
        return events.stream().filter(event -> event.what.equals("processed")).map(event -> Long.valueOf(event.detail)).toList();
    }

    /** What its client said. */
    List<String> said() {
        try {
            return Files.readAllLines(output);
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    boolean alive() {
        return process.isAlive();
    }

    /** Asks it to close, and waits. */
    void leave() throws IOException, InterruptedException {
        OutputStream input = process.getOutputStream();
        input.write('\n');
        input.flush();
        process.waitFor();
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
        output.toFile().delete();
    }
}
