package dev.goshawk.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.hawq.cluster.ClusterException;
import java.io.IOException;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MasterTest {
    @ParameterizedTest
    @ValueSource(strings = {"local", "local[2]", "local[*]", "local[4,2]", "local-cluster[2,1,2048]",
            "local-cluster[2, 1, 1024]",
            "spark://host:7077", "spark://a:7077,b:7077", "yarn", "k8s://https://host:443"})
    void addressesOfSpark(String url) {
        assertEquals(url, Master.parse(url).url());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "locale", "local[0]", "local[-1]", "local[x]", "local[2", "local-cluster[2,1]",
            "local-cluster[0,1,1024]", "local-cluster[2,1,100]", "spark://", "spark://host", "spark://host:",
            "spark://host:0",
            "spark://host:99999", "spark:host:7077", "mesos://host:5050", "http://host:7077", "k8s://", "yarn-client"})
    void othersAreRefusedInOneLine(String url) {
        String message = assertThrows(IllegalArgumentException.class, () -> Master.parse(url)).getMessage();
        assertTrue(message.contains("expected") && message.endsWith("got '" + url + "'"), message);
    }

    @Test
    void nobodyListeningIsFoundAtOnce() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
            Master.parse("spark://localhost:" + free).requireAnswer();
        }
        Master dead = Master.parse("spark://localhost:" + free);
        assertTrue(assertThrows(ClusterException.class, dead::requireAnswer).getMessage()
                .contains("no Spark master answers"));
        Master nowhere = Master.parse("spark://no-such-host.invalid:7077");
        assertThrows(ClusterException.class, nowhere::requireAnswer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"yarn", "k8s://https://localhost:443"})
    void whatSparksCoreCannotReachIsOneLine(String url) {
        Master master = Master.parse(url);
        System.setProperty("spark.executor.extraClassPath", "goshawk-spark.jar");
        try {
            assertEquals(url
                    + ": Spark's module for it is not on the class path, where bin/goshawk has none: use the spark-submit "
                    + "of a Spark distribution",
                    assertThrows(ClusterException.class, () -> Connection.open(master)).getMessage());
        } finally {
            System.clearProperty("spark.executor.extraClassPath");
        }
    }
}
