package dev.goshawk.spark;

import dev.goshawk.hawq.cluster.ClusterException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Spark master's address.
 *
 * @param url as Spark takes it
 * @param executors how many there are known to be
 * @param mebibytes of each executor's memory, where the address says so
 */
record Master(String url, OptionalInt executors, OptionalInt mebibytes) {
    private static final Pattern LOCAL = Pattern.compile("local(\\[(\\*|[1-9]\\d{0,3})(,\\s*[1-9]\\d{0,3})?\\])?");
    private static final Pattern LOCAL_CLUSTER = Pattern
            .compile("local-cluster\\[\\s*([1-9]\\d{0,3})\\s*,\\s*[1-9]\\d{0,3}\\s*,\\s*([1-9]\\d{0,6})\\s*\\]");
    private static final Pattern STANDALONE = Pattern.compile("spark://([^,/\\s:]+:\\d{1,5})(,[^,/\\s:]+:\\d{1,5})*");
    private static final Pattern ELSEWHERE = Pattern.compile("yarn|k8s://\\S+");
    private static final int ANSWER_MILLIS = 5_000;
    /** An executor's heap below this is refused by Spark itself. */
    private static final int LEAST_MEBIBYTES = 512;
    private static final int MOST_PORT = 65_535;

    /**
     * Understands an address.
     *
     * @throws IllegalArgumentException in one line, if it is none
     */
    static Master parse(String url) {
        Matcher cluster = LOCAL_CLUSTER.matcher(url);
        if (cluster.matches()) {
            int mebibytes = Integer.parseInt(cluster.group(2));
            if (mebibytes < LEAST_MEBIBYTES) {
                throw new IllegalArgumentException("Spark master: expected at least " + LEAST_MEBIBYTES
                        + " MiB for each executor, got '" + url + "'");
            }
            return new Master(url, OptionalInt.of(Integer.parseInt(cluster.group(1))), OptionalInt.of(mebibytes));
        }
        if (STANDALONE.matcher(url).matches() && port(url) >= 1 && port(url) <= MOST_PORT
                || LOCAL.matcher(url).matches()
                || ELSEWHERE.matcher(url).matches()) {
            return new Master(url, OptionalInt.empty(), OptionalInt.empty());
        }
        throw new IllegalArgumentException(
                "Spark master: expected local[N], local-cluster[N,CORES,MIB], spark://HOST:PORT,"
                        + " yarn or k8s://URL, got '" + url + "'");
    }

    private static int port(String url) {
        return Integer.parseInt(url.substring(url.lastIndexOf(':') + 1));
    }

    /** Whether everything is computed in the driver's process. */
    boolean isLocal() {
        return LOCAL.matcher(url).matches();
    }

    /** Whether all processes run on this machine. */
    boolean isHere() {
        return isLocal() || mebibytes.isPresent();
    }

    /** Whether Spark reaches it by a module of its own, which its core does without. */
    boolean isModule() {
        return ELSEWHERE.matcher(url).matches();
    }

    /** Whether executors are started from SPARK_HOME on this machine. */
    boolean startsExecutors() {
        return mebibytes.isPresent();
    }

    /**
     * Fails soon where nobody listens; Spark itself would try for a minute.
     *
     * @throws ClusterException in one line
     */
    void requireAnswer() {
        if (!url.startsWith("spark://")) {
            return;
        }
        String reason = "";
        for (String address : url.substring("spark://".length()).split(",", -1)) {
            int colon = address.lastIndexOf(':');
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(address.substring(0, colon),
                        Integer.parseInt(address.substring(colon + 1))), ANSWER_MILLIS);
                return;
            } catch (IOException | IllegalArgumentException e) {
                reason = String.valueOf(e.getMessage());
            }
        }
        throw new ClusterException(url + ": no Spark master answers there (" + reason + ")");
    }
}
