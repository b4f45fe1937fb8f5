package dev.goshawk.data.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.goshawk.data.ResizeFilter;
import dev.goshawk.data.DataException;
import dev.goshawk.data.SplitMix64;
import dev.goshawk.weights.GoshawkData;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreprocessingTest {
    @TempDir
    Path folder;

    private static RgbImage noise(int width, int height) {
        byte[] rgb = new byte[width * height * 3];
        SplitMix64 random = SplitMix64.of(5, width, height);
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) random.below(256);
        }
        return new RgbImage(width, height, rgb);
    }

    private static byte[] apply(Preprocessing preprocessing, RgbImage image) {
        byte[] out = new byte[preprocessing.crop() * preprocessing.crop() * 3];
        preprocessing.apply(image, out, 0);
        return out;
    }

    /** Photographs as torchvision on Pillow sees them: color, gray and CMYK, all equal to the last bit. */
    @Test
    void equalsTorchvisionToTheLastBit() throws IOException, InterruptedException {
        Path data = GoshawkData.require();
        Path references = data.resolve("reference/preprocess");
        assumeTrue(Files.isDirectory(references), "skipped: no preprocessing references in the development data");
        Process tar = new ProcessBuilder("tar", "-xf", data.resolve("imagenet-samples.tar").toString(), "-C",
                folder.toString()).redirectErrorStream(true).start();
        tar.getInputStream().transferTo(OutputStream.nullOutputStream());
        assumeTrue(tar.waitFor() == 0, "skipped: tar cannot unpack the ImageNet samples");
        List<Path> expected;
        try (Stream<Path> files = Files.list(references)) {
            expected = files.filter(f -> f.toString().endsWith(".png")).sorted().toList();
        }
        assertEquals(10, expected.size());
        int worst = 0;
        for (Path reference : expected) {
            String[] parts = reference.getFileName().toString().replace(".png", "").split("_(?=\\d+)");
            String image = parts[0] + ".JPEG";
            Path file = image.startsWith("cmyk") ? references.resolve(image) : folder.resolve(image);
            byte[] got = apply(new Preprocessing(Integer.parseInt(parts[1]), Integer.parseInt(parts[2])),
                    ImageDecoder.decode(file));
            byte[] wanted = ImageDecoder.decode(reference).rgb();
            assertEquals(wanted.length, got.length);
            for (int i = 0; i < got.length; i++) {
                worst = Math.max(worst, Math.abs((got[i] & 0xFF) - (wanted[i] & 0xFF)));
            }
        }
        assertEquals(0, worst, "largest difference of a sample, in levels of 255");
    }

    /** The same filter in real numbers, without rounding between rows and columns: at most one level away. */
    @ParameterizedTest
    @CsvSource({"40,30,16,12", "13,57,16,16", "57,13,20,8", "16,16,16,10", "1,9,8,8", "200,31,30,29"})
    void followsTheTriangleFilter(int width, int height, int resize, int crop) {
        RgbImage image = noise(width, height);
        byte[] got = apply(new Preprocessing(resize, crop), image);
        int shortSide = Math.min(width, height);
        int outWidth = width == shortSide ? resize : resize * width / shortSide;
        int outHeight = height == shortSide ? resize : resize * height / shortSide;
        double[][] across = filter(width, outWidth, (int) Math.rint((outWidth - crop) / 2.0), crop);
        double[][] down = filter(height, outHeight, (int) Math.rint((outHeight - crop) / 2.0), crop);
        for (int i = 0; i < got.length; i++) {
            double sum = 0;
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    sum += down[i / 3 / crop][y] * across[i / 3 % crop][x]
                            * (image.rgb()[(y * width + x) * 3 + i % 3] & 0xFF);
                }
            }
            assertEquals(sum, got[i] & 0xFF, 1.01, "sample " + i);
        }
    }

    private static double[][] filter(int in, int out, int start, int count) {
        double scale = (double) in / out;
        double[][] weights = new double[count][in];
        for (int i = 0; i < count; i++) {
            double center = (start + i + 0.5) * scale - 0.5;
            for (int k = 0; k < in; k++) {
                weights[i][k] = Math.max(0, 1 - Math.abs(k - center) / Math.max(1, scale));
            }
            double sum = Arrays.stream(weights[i]).sum();
            for (int k = 0; k < in; k++) {
                weights[i][k] /= sum;
            }
        }
        return weights;
    }

    /** Sums and digests of what Pillow 12.3 makes of the same pixels with Image.BICUBIC. */
    @ParameterizedTest
    @CsvSource({"40,30,16,12,54906,f77a0362d3e27997", "13,57,16,16,97655,1e83d32ce38ec977",
            "16,16,16,10,39992,a8e097157e378b0a", "200,31,30,29,330975,1cc4bd41bb0a78a5",
            "9,7,24,20,156565,d5a511d8c265e799"})
    void bicubicEqualsPillowToTheLastBit(int width, int height, int resize, int crop, int sum, String digest)
            throws NoSuchAlgorithmException {
        byte[] rgb = new byte[width * height * 3];
        int state = 12345;
        for (int i = 0; i < rgb.length; i++) {
            state = state * 1103515245 + 12345 & Integer.MAX_VALUE;
            rgb[i] = (byte) (state >> 16);
        }
        byte[] got = apply(new Preprocessing(resize, crop, ResizeFilter.BICUBIC), new RgbImage(width, height, rgb));
        assertEquals(sum, IntStream.range(0, got.length).map(i -> got[i] & 0xFF).sum());
        assertEquals(digest,
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(got)).substring(0, 16));
    }

    @Test
    void anImageOfTheRightSizeIsOnlyCut() {
        RgbImage image = noise(7, 5);
        byte[] got = apply(new Preprocessing(5, 4), image);
        // Columns 2 to 5 (a margin of 1.5 goes to the even 2), rows 0 to 3 (0.5 goes to 0).
        for (int y = 0; y < 4; y++) {
            assertArrayEquals(Arrays.copyOfRange(image.rgb(), (y * 7 + 2) * 3, (y * 7 + 6) * 3),
                    Arrays.copyOfRange(got, y * 12, y * 12 + 12));
        }
    }

    @Test
    void survivesExtremeShapes() {
        for (RgbImage image : List.of(noise(1, 3000), noise(3000, 1), noise(1, 1), noise(2, 2))) {
            assertEquals(224 * 224 * 3, apply(Preprocessing.IMAGENET, image).length);
        }
        byte[] white = new byte[3 * 1000];
        Arrays.fill(white, (byte) 255);
        byte[] got = apply(Preprocessing.IMAGENET, new RgbImage(100, 10, white));
        assertTrue(IntStream.range(0, got.length).allMatch(i -> got[i] == (byte) 255), "white stays white");
    }

    @Test
    void knowsTheUsualSizesAndRefusesOthers() {
        assertEquals(Preprocessing.IMAGENET, Preprocessing.forInput(224));
        assertEquals(Preprocessing.INCEPTION, Preprocessing.forInput(299));
        assertEquals("preprocessing: expected 1 <= crop <= resize <= 4096, got crop 257 and resize 256",
                assertThrows(DataException.class, () -> new Preprocessing(256, 257)).getMessage());
        assertThrows(DataException.class, () -> new Preprocessing(5000, 224));
        assertThrows(DataException.class, () -> new Preprocessing(256, 0));
    }
}
