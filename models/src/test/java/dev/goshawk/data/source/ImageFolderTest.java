package dev.goshawk.data.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.goshawk.data.DataException;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.image.Images;
import dev.goshawk.weights.GoshawkData;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {
    @TempDir
    Path root;

    private String refusal() {
        String message = assertThrows(DataException.class, () -> Datasets.open(root, "train")).getMessage();
        assertTrue(!message.contains("\n"), message);
        return message;
    }

    @Test
    void ordersClassesAndFilesByNameAndPassesOverTheRest() throws IOException {
        Images.put(root.resolve("train/dog/2.png"), Images.encoded("png", 32, 3));
        Images.put(root.resolve("train/dog/10.PNG"), Images.encoded("png", 32, 2));
        Images.put(root.resolve("train/cat/b.jpeg"), Images.encoded("jpeg", 32, 1));
        Images.put(root.resolve("train/cat/.hidden.png"), new byte[5]);
        Images.put(root.resolve("train/cat/notes.txt"), new byte[5]);
        Images.put(root.resolve("train/.cache/x.png"), new byte[5]);
        Images.put(root.resolve("train/readme.md"), new byte[5]);
        ImageDataset d = Datasets.open(root, "train");
        assertEquals(3, d.size());
        assertEquals(List.of("cat", "dog"), d.classes());
        assertEquals("train/cat/b.jpeg", d.name(0));
        assertEquals("train/dog/10.PNG", d.name(1));
        assertEquals("train/dog/2.png", d.name(2));
        assertArrayEquals(new int[] {0, 1, 1}, new int[] {d.label(0), d.label(1), d.label(2)});
        byte[] rgb = new byte[1 + d.imageBytes()];
        d.pixels(2, rgb, 1);
        for (int y = 0, at = 1; y < 32; y++) {
            for (int x = 0; x < 32; x++) {
                int got = (rgb[at++] & 0xFF) << 16 | (rgb[at++] & 0xFF) << 8 | rgb[at++] & 0xFF;
                assertEquals(Images.color(3, x, y), got, "red, green, blue at " + x + "," + y);
            }
        }
    }

    @Test
    void readsGrayPaletteAndTransparentImages() throws IOException {
        BufferedImage gray = new BufferedImage(32, 32, BufferedImage.TYPE_BYTE_GRAY);
        BufferedImage palette = new BufferedImage(32, 32, BufferedImage.TYPE_BYTE_INDEXED);
        BufferedImage clear = new BufferedImage(32, 32, BufferedImage.TYPE_4BYTE_ABGR);
        gray.getRaster().setSample(5, 0, 0, 100);
        palette.setRGB(5, 0, 0xFF3366CC);
        clear.setRGB(5, 0, 0x10010203);
        Images.put(root.resolve("train/a/1.png"), Images.encoded("png", gray));
        Images.put(root.resolve("train/a/2.png"), Images.encoded("png", palette));
        Images.put(root.resolve("train/a/3.png"), Images.encoded("png", clear));
        ImageDataset d = ImageFolder.open(root, "train");
        assertArrayEquals(new byte[] {100, 100, 100}, pixel(d, 0, 5));
        assertArrayEquals(new byte[] {0x33, 0x66, (byte) 0xCC}, pixel(d, 1, 5));
        assertArrayEquals(new byte[] {1, 2, 3}, pixel(d, 2, 5));
    }

    private static byte[] pixel(ImageDataset d, int image, int x) {
        byte[] rgb = new byte[d.imageBytes()];
        d.pixels(image, rgb, 0);
        return Arrays.copyOfRange(rgb, 3 * x, 3 * x + 3);
    }

    @Test
    void namesWhatIsMissing() throws IOException {
        assertEquals(root
                + ": has neither train/<class>/<image> nor CIFAR-10 batches (data_batch_1.bin to data_batch_5.bin, "
                + "test_batch.bin)", refusal());
        Files.createDirectories(root.resolve("train"));
        assertEquals(root.resolve("train") + ": holds no class folders", refusal());
        Images.put(root.resolve("train/cat/1.png"), Images.encoded("png", 32, 0));
        Images.put(root.resolve("train/dog/notes.txt"), new byte[1]);
        assertEquals(root.resolve("train/dog") + ": class folder holds no images (.jpg, .jpeg or .png)", refusal());
        assertEquals(root + ": has no split 'test', its folders are [train]",
                assertThrows(DataException.class, () -> ImageFolder.open(root, "test")).getMessage());
        Path none = root.resolve("none");
        assertEquals(none + ": no such data folder",
                assertThrows(DataException.class, () -> Datasets.open(none, "x")).getMessage());
        assertEquals(none + ": no such data folder",
                assertThrows(DataException.class, () -> ImageFolder.open(none, "x")).getMessage());
    }

    @Test
    void namesTheFirstImageOfAnotherSize() throws IOException {
        for (int i = 0; i < 50; i++) {
            Images.put(root.resolve(String.format("train/cat/%02d.png", i)),
                    Images.encoded("png", i < 20 ? 32 : 31, i));
        }
        assertEquals(root.resolve("train/cat/20.png") + ": expected an image of 32x32 pixels, got 31x31", refusal());
    }

    @Test
    void namesCorruptImages() throws IOException {
        Path file = root.resolve("train/cat/1.jpg");
        byte[] jpeg = Images.encoded("jpeg", 32, 1);
        byte[] png = Images.encoded("png", 32, 1);
        for (byte[] bad : List.of(new byte[0], new byte[100], Arrays.copyOf(jpeg, 3), Arrays.copyOf(jpeg, 200),
                Arrays.copyOf(jpeg, jpeg.length - 60), Arrays.copyOf(jpeg, jpeg.length - 2), Arrays.copyOf(png, 20),
                Arrays.copyOf(png, png.length / 2))) {
            Images.put(file, bad);
            String message = refusal();
            assertTrue(message.startsWith(file + ": corrupt image ("), message);
        }
    }

    @Test
    void refusesDeepSamplesAndHugeHeaders() throws IOException {
        Path file = root.resolve("train/cat/1.png");
        Images.put(file, Images.encoded("png", new BufferedImage(32, 32, BufferedImage.TYPE_USHORT_GRAY)));
        assertEquals(file + ": expected 8 bits a sample, got 16; save the image with 8", refusal());
        byte[] huge = Images.encoded("png", 32, 1);
        huge[16] = 0x7f;
        Images.put(file, huge);
        assertTrue(refusal().startsWith(file + ": "));
    }

    /** The public sample: 100 images as another decoder (libjpeg) saw them, to the last bit. */
    @Test
    void decodesThePublicSampleExactly() throws IOException, InterruptedException {
        Path data = GoshawkData.require();
        Path list = data.resolve("reference/resnet20_public_samples.txt");
        Process tar = new ProcessBuilder("tar", "-xJf", data.resolve("cifar10-jpeg.tar.xz").toString(), "-C",
                root.toString(), "-T",
                list.toString(), "--occurrence=1").redirectErrorStream(true).start();
        tar.getInputStream().transferTo(OutputStream.nullOutputStream());
        assumeTrue(tar.waitFor() == 0, "skipped: tar cannot unpack the CIFAR-10 images");
        ImageDataset d = Samples.read(list, root);
        byte[] expected = Files.readAllBytes(data.resolve("reference/resnet20_public_pixels.bin"));
        assertEquals(expected.length, d.size() * d.imageBytes());
        byte[] got = new byte[expected.length];
        for (int i = 0; i < d.size(); i++) {
            d.pixels(i, got, i * d.imageBytes());
        }
        assertArrayEquals(expected, got);
        assertEquals(10, d.classes().size());
        assertEquals("automobile", d.classes().get(d.label(d.size() / 10)));
    }
}
