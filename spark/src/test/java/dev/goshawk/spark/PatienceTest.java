package dev.goshawk.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.goshawk.hawq.cluster.ClusterException;
import java.time.Duration;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PatienceTest {
    private static SparkConf conf(String value) {
        return new SparkConf(false).set(Patience.SETTING, value);
    }

    @Test
    void fiveMinutesUnlessAsked() {
        assertEquals(Duration.ofMinutes(5), Patience.of(new SparkConf(false)));
    }

    @ParameterizedTest
    @CsvSource({"90s, 90 s", "10min, 600 s", "1500ms, 1.5 s", "7, 0.007 s"})
    void timesAsSparkWritesThem(String value, String said) {
        assertEquals(said, Patience.of(Patience.of(conf(value))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "0", "-3s", "0s"})
    void anythingElseIsOneLine(String value) {
        assertEquals("spark.goshawk.executors.wait: expected a time such as 90s or 10min, got '" + value + "'",
                assertThrows(ClusterException.class, () -> Patience.of(conf(value))).getMessage());
    }
}
