package dev.goshawk.hawq.reproduce;

import dev.goshawk.hawq.training.EpochResult;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A finished row of the table.
 *
 * @param row what was run, such as {@code hawq-reversed-order}
 * @param method name of the method; {@code float} for the network that the others start from
 * @param reversed {@code precision}, {@code order} or null
 * @param bits of the blocks' weights, in network order
 * @param activationBits usual width of activations, 32 where they are float
 * @param weightRatio 32-bit weights by quantized ones, with what the quantizer keeps of single weights
 * @param activationRatio 32-bit activations by quantized ones, more than the usual width says where a method chose others
 * @param sizeBytes of the quantized weights, likewise
 * @param accuracy on the test images after the last step, in per cent
 * @param baseline accuracy of the float network, in per cent
 * @param seed of order, augmentation and curvature sample
 * @param epochs of training
 * @param seconds of training
 * @param lanes float32 numbers in a vector of the machine, or null where the backend has none
 * @param commit of the software, or {@code unknown}
 * @param weightsSha256 SHA-256 of the network's file, in hexadecimal digits
 * @param command that makes the row
 * @param fingerprint of everything that the row depends on
 * @param curve loss and accuracy while it trained, on the held-out images, or the test images where there are none
 */
public record LedgerRow(
        String row,
        String method,
        @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable String reversed,
        List<Integer> bits,
        @JsonProperty("activation_bits") int activationBits,
        @JsonProperty("weight_ratio") double weightRatio,
        @JsonProperty("activation_ratio") double activationRatio,
        @JsonProperty("size_bytes") long sizeBytes,
        double accuracy,
        double baseline,
        long seed,
        double epochs,
        double seconds,
        @Nullable Integer lanes,
        String commit,
        @JsonProperty("weights_sha256") String weightsSha256,
        String command,
        String fingerprint,
        List<Point> curve) {

    /** Checks that nothing is missing. */
    public LedgerRow {
        if (row == null || method == null || bits == null || fingerprint == null || weightsSha256 == null) {
            throw new IllegalArgumentException("row: expected row, method, bits, weights_sha256 and fingerprint");
        }
        bits = List.copyOf(bits);
        curve = curve == null ? List.of() : List.copyOf(curve);
    }

    /**
     * One evaluation.
     *
     * @param epoch epochs of training until then
     * @param loss mean over the images
     * @param accuracy in per cent
     */
    public record Point(double epoch, double loss, double accuracy) {
    }

    /** A fraction in per cent, without the digits that only the factor brings in. */
    static double percent(double fraction) {
        return Math.round(1e8 * fraction) / 1e6;
    }

    /** The curve of a training: held-out images where there are any, else the test set. */
    static List<Point> curve(List<EpochResult> epochs) {
        List<Point> points = new ArrayList<>();
        for (EpochResult r : epochs) {
            Double loss = r.validationLoss() == null ? r.testLoss() : r.validationLoss();
            Double accuracy = r.validationLoss() == null ? r.testAccuracy() : r.validationAccuracy();
            if (loss != null && accuracy != null) {
                points.add(new Point(r.total(), loss, percent(accuracy)));
            }
        }
        return points;
    }
}
