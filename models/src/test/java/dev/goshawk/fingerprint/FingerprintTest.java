package dev.goshawk.fingerprint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FingerprintTest {
    private static String of(String... texts) {
        Fingerprint f = new Fingerprint();
        for (String t : texts) {
            f.add(t);
        }
        return f.text();
    }

    private static String of(Tensor tensor) {
        return new Fingerprint().addTensors(new TreeMap<>(Map.of("w", tensor))).text();
    }

    @Test
    void isTheBeginningOfSha256() {
        byte[] abc = "--------abc".getBytes(StandardCharsets.US_ASCII);
        assertEquals("sha256 " + sha256("\3\0\0\0\0\0\0\0abc").substring(0, 32),
                new Fingerprint().add(abc, 8, 3).text());
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of().formatHex(
                    MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whereOneTextEndsCounts() {
        assertEquals(of("ab", "c"), of("ab", "c"));
        assertNotEquals(of("ab", "c"), of("a", "bc"));
        assertNotEquals(of("ab", ""), of("ab"));
    }

    @Test
    void everyBitOfATensorCounts() {
        Tensor long1 = Tensor.zeros(DType.FLOAT32, Shape.of(20_000));
        Tensor long2 = long1.copy();
        assertEquals(of(long1), of(long2));
        long2.set(19_999, -0.0);
        assertNotEquals(of(long1), of(long2), "the sign of zero, in the second buffer");
        assertNotEquals(of(Tensor.zeros(DType.FLOAT32, Shape.of(2, 3))),
                of(Tensor.zeros(DType.FLOAT32, Shape.of(3, 2))));
        assertNotEquals(of(Tensor.zeros(DType.FLOAT32, Shape.of(2))), of(Tensor.zeros(DType.INT32, Shape.of(2))));
    }
}
