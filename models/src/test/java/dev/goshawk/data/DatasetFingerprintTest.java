package dev.goshawk.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.data.image.Preprocessing;
import dev.goshawk.data.source.Datasets;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetFingerprintTest {
    @TempDir
    private Path root;

    @BeforeEach
    void images() throws IOException {
        write(root, "a/0", 1);
        write(root, "a/1", 2);
        write(root, "b/0", 3);
    }

    private static void write(Path root, String name, int color) throws IOException {
        BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
        image.setRGB(3, 4, color);
        Path file = root.resolve("train").resolve(name + ".png");
        Files.createDirectories(file.getParent());
        ImageIO.write(image, "png", file.toFile());
    }

    private static String of(Path root) {
        return Datasets.open(root, "train").fingerprint();
    }

    @Test
    void namesLabelsAndPixelsCountTheFolderDoesNot() throws IOException {
        String whole = of(root);
        assertTrue(whole.matches("3 images, sha256 [0-9a-f]{32}"), whole);
        Path elsewhere = root.resolve("copy");
        for (int i = 0; i < 3; i++) {
            write(elsewhere, List.of("a/0", "a/1", "b/0").get(i), i + 1);
        }
        assertEquals(whole, of(elsewhere));
        write(elsewhere, "b/0", 4);
        assertNotEquals(whole, of(elsewhere), "one pixel");
        write(elsewhere, "b/0", 3);
        Files.move(elsewhere.resolve("train/a/1.png"), elsewhere.resolve("train/a/2.png"));
        assertNotEquals(whole, of(elsewhere), "one name");
        Files.delete(root.resolve("train/a/1.png"));
        assertTrue(of(root).startsWith("2 images, "), of(root));
    }

    @Test
    void aSubsetCountsWhatItPicks() {
        ImageDataset whole = Datasets.open(root, "train");
        assertEquals(whole.fingerprint(), new Subset(whole, 0, 1, 2).fingerprint());
        assertNotEquals(whole.fingerprint(), new Subset(whole, 0, 2, 1).fingerprint());
    }

    @Test
    void photographsCountByTheirFilesLength() throws IOException {
        Path folder = Files.createDirectories(root.resolve("photographs"));
        for (String name : List.of("n01440764_1.png", "n01443537_1.png")) {
            Files.copy(root.resolve("train/a/0.png"), folder.resolve(name));
        }
        ImageDataset photographs = Datasets.open(root, "photographs", Preprocessing.forInput(224));
        String before = photographs.fingerprint();
        assertEquals(before, Datasets.open(root, "photographs", Preprocessing.forInput(224)).fingerprint());
        Files.write(folder.resolve("n01443537_1.png"), new byte[12]);
        assertNotEquals(before, photographs.fingerprint());
        Files.delete(folder.resolve("n01443537_1.png"));
        assertTrue(assertThrows(DataException.class, photographs::fingerprint).getMessage()
                .endsWith("n01443537_1.png: no such file"));
    }
}
