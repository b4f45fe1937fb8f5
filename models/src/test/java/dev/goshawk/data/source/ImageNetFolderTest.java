package dev.goshawk.data.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.data.DataException;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.Subset;
import dev.goshawk.data.image.ImageDecoder;
import dev.goshawk.data.image.Images;
import dev.goshawk.data.image.Preprocessing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageNetFolderTest {
    private static final Preprocessing SMALL = new Preprocessing(10, 8);

    @TempDir
    Path root;

    private void put(String name, int seed) throws IOException {
        Images.put(root.resolve(name), Images.encoded("png", 20, seed));
    }

    private static int[] labels(ImageDataset d) {
        return IntStream.range(0, d.size()).map(d::label).toArray();
    }

    private static String refusal(Runnable action) {
        String message = assertThrows(DataException.class, action::run).getMessage();
        assertTrue(!message.contains("\n"), message);
        return message;
    }

    private String refused(String split) {
        return refusal(() -> Datasets.open(root, split, SMALL));
    }

    @Test
    void knowsTheThousandClasses() {
        assertEquals(1000, new HashSet<>(ImageNetClasses.ids()).size());
        assertEquals(1000, ImageNetClasses.names().size());
        assertEquals(ImageNetClasses.ids(), ImageNetClasses.ids().stream().sorted().toList(), "alphabetical");
        assertEquals("tench", ImageNetClasses.names().get(0));
        assertEquals("great white shark", ImageNetClasses.names().get(2));
        assertEquals("toilet tissue", ImageNetClasses.names().get(999));
        assertEquals(207, ImageNetClasses.label("n02099601").orElseThrow(), "golden retriever");
        assertTrue(ImageNetClasses.label("n00000000").isEmpty());
    }

    @Test
    void someClassFoldersKeepTheirLabels() throws IOException {
        put("val/n02099601/b.JPEG", 1);
        put("val/n02099601/a.png", 2);
        put("val/n01440764/x.jpg", 3);
        Files.createDirectories(root.resolve("val/.hidden"));
        put("val/notes.png", 3);
        ImageDataset d = Datasets.open(root, "val", SMALL);
        assertArrayEquals(new int[] {0, 207, 207}, labels(d));
        assertEquals("val/n02099601/a.png", d.name(1));
        assertEquals(1000, d.classes().size());
        assertEquals("golden retriever", d.classes().get(d.label(1)));
        assertEquals(8, d.height());
        assertEquals(8, d.width());
        assertTrue(d.decodesOnDemand());
        byte[] expected = new byte[1 + d.imageBytes()];
        byte[] got = expected.clone();
        SMALL.apply(ImageDecoder.decode(root.resolve("val/n02099601/a.png")), expected, 1);
        d.pixels(1, got, 1);
        assertArrayEquals(expected, got);
        assertTrue(new Subset(d, 2).decodesOnDemand());
    }

    @Test
    void foldersOfOtherNamesAreTheirOwnClasses() throws IOException {
        put("val/dog/1.png", 1);
        put("val/cat/1.png", 2);
        ImageDataset d = Datasets.open(root, "val", SMALL);
        assertEquals(List.of("cat", "dog"), d.classes());
        assertArrayEquals(new int[] {0, 1}, labels(d));
        put("val/n01440764/1.png", 2);
        assertEquals(root.resolve("val/cat")
                + ": is no WordNet id of ImageNet's 1,000 classes, as other class folders beside it are",
                refused("val"));
    }

    @Test
    void namesOfFilesCarryTheirClass() throws IOException {
        put("n02099601_golden_retriever.JPEG", 1);
        put("n01440764_tench.JPEG", 1);
        Files.writeString(root.resolve("readme.txt"), "x");
        ImageDataset d = Datasets.open(root, "val", SMALL);
        assertArrayEquals(new int[] {0, 207}, labels(d));
        assertEquals("n01440764_tench.JPEG", d.name(0));
        put("test/n02099601_2.JPEG", 1);
        ImageDataset split = Datasets.open(root, "test", SMALL);
        assertEquals("test/n02099601_2.JPEG", split.name(0));
        put("test/holiday.JPEG", 1);
        assertEquals(root.resolve("test/holiday.JPEG") + ": expected a file name that begins with a WordNet id of "
                + "ImageNet, such as n01440764_tench.JPEG, or a label list", refused("test"));
    }

    @Test
    void aListGivesLabels() throws IOException {
        put("deep/er/my dog.png", 1);
        put("a.png", 1);
        put("b.png", 2);
        Path list = root.resolve("labels.txt");
        Files.writeString(list, "# comment\n\ndeep/er/my dog.png n02099601\na.png\t999\nb.png   7\n");
        ImageDataset d = ImageNetFolder.openList(root, list, SMALL);
        assertArrayEquals(new int[] {207, 999, 7}, labels(d));
        assertEquals("deep/er/my dog.png", d.name(0));
        String range = "expected a label of 0 to 999 or one of ImageNet's WordNet ids";
        assertEquals(list + " line 2: 'a.png 1000' ends in '1000', " + range, listed("b.png 1\na.png 1000"));
        assertEquals(list + " line 1: 'a.png -1' ends in '-1', " + range, listed("a.png -1"));
        assertEquals(list + " line 1: 'a.png n99999999' ends in 'n99999999', " + range, listed("a.png n99999999"));
        assertEquals(list + " line 1: 'a.png' is not of the form <path> <label or WordNet id>", listed("a.png"));
        assertEquals(list + " line 1: '../a.png 1' is no path inside the data folder " + root, listed("../a.png 1"));
        assertEquals(list + " line 1: 'c.png 1' is not a file in " + root + ", which paths are relative to",
                listed("c.png 1"));
        assertEquals(list + ": the label list is empty", listed("#\n"));
        assertTrue(listed("x".repeat(100_000)).length() < 500);
    }

    private String listed(String lines) throws IOException {
        Path list = Files.writeString(root.resolve("labels.txt"), lines);
        return refusal(() -> ImageNetFolder.openList(root, list, SMALL));
    }

    @Test
    void namesWhatIsMissing() throws IOException {
        assertEquals(root + ": has no split 'val', its folders are []", refused("val"));
        Path batch = Files.write(root.resolve("test_batch.bin"), new byte[3073]);
        assertEquals(root + ": has no split 'val', its folders are []; CIFAR-10's batches, which it holds, are read for"
                + " networks of 32 x 32 images", refused("val"));
        Files.delete(batch);
        Files.createDirectories(root.resolve("val"));
        assertEquals(root.resolve("val") + ": holds neither class folders nor images (.jpg, .jpeg or .png)",
                refused("val"));
        Files.createDirectories(root.resolve("val/n01440764"));
        assertEquals(root.resolve("val/n01440764") + ": class folder holds no images (.jpg, .jpeg or .png)",
                refused("val"));
        assertEquals(root.resolve("none") + ": no such data folder",
                refusal(() -> Datasets.open(root.resolve("none"), "val", SMALL)));
    }

    @Test
    void sampleListsPickPhotographs() throws IOException {
        put("val/n02099601/b.png", 1);
        put("val/n01440764/x.png", 3);
        put("n01443537_fish.png", 3);
        Path list = Files.writeString(root.resolve("list.txt"), "val/n02099601/b.png\nval/n01440764/x.png\n");
        ImageDataset d = Samples.read(list, root, SMALL);
        assertArrayEquals(new int[] {207, 0}, labels(d));
        assertEquals(8, d.height());
        Files.writeString(list, "n01443537_fish.png\n");
        assertArrayEquals(new int[] {1}, labels(Samples.read(list, root, SMALL)));
        Files.writeString(list, "n01443537_fish.png\nval/x.png\n");
        assertEquals(list + " line 2: 'val/x.png' is not a file in " + root + ", which paths are relative to",
                refusal(() -> Samples.read(list, root, SMALL)));
        Files.writeString(list, "list.txt\n");
        assertEquals(
                list + " line 1: 'list.txt' is neither of the form split/class/file nor does its name begin with a "
                        + "WordNet id of ImageNet",
                refusal(() -> Samples.read(list, root, SMALL)));
    }
}
