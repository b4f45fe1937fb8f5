package dev.goshawk.data.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.data.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageDecoderTest {
    private static final int FRAME = 0xC0;
    private static final int SCAN = 0xDA;

    @TempDir
    Path folder;

    private RgbImage decode(byte[] content) throws IOException {
        return ImageDecoder.decode(Files.write(folder.resolve("image"), content));
    }

    private String refusal(byte[] content) {
        String message = assertThrows(DataException.class, () -> decode(content)).getMessage();
        String file = folder.resolve("image") + ": ";
        assertTrue(message.startsWith(file) && !message.contains("\n"), message);
        return message.substring(file.length());
    }

    private static byte[] jpeg() throws IOException {
        return Jpegs.sampled(40, 24, 2, 2);
    }

    /** Expected values from libjpeg-turbo's arithmetic, done by hand in 16 bits behind the point. */
    @Test
    void convertsColorsAsLibjpegDoes() {
        byte[] rgb = new byte[3];
        JpegColor.YCBCR.toRgb(new byte[] {(byte) 200, 100, (byte) 180}, 1, rgb, 0);
        assertArrayEquals(new byte[] {(byte) 255, (byte) 173, (byte) 150}, rgb);
        JpegColor.YCBCR.toRgb(new byte[] {0, 0, 0}, 1, rgb, 0);
        assertArrayEquals(new byte[] {0, (byte) 135, 0}, rgb);
        JpegColor.CMYK.toRgb(new byte[] {76, 60, 33, (byte) 255}, 1, rgb, 0);
        assertArrayEquals(new byte[] {76, 60, 33}, rgb);
        JpegColor.CMYK.toRgb(new byte[] {(byte) 200, 0, (byte) 255, 100}, 1, rgb, 0);
        assertArrayEquals(new byte[] {78, 0, 100}, rgb);
        JpegColor.YCCK.toRgb(new byte[] {55, (byte) 128, (byte) 128, 100}, 1, rgb, 0);
        assertArrayEquals(new byte[] {78, 78, 78}, rgb);
    }

    @ParameterizedTest
    @CsvSource({"-1,CMYK", "0,CMYK", "2,YCCK"})
    void readsFourComponents(int transform, JpegColor color) throws IOException {
        byte[] samples = {(byte) 100, (byte) 128, (byte) 128, (byte) 200};
        byte[] plain = Jpegs.fourComponents(16, 100, 128, 128, 200);
        byte[] file = transform < 0 ? plain : Jpegs.insert(plain, 2, Jpegs.adobe(transform));
        byte[] expected = new byte[3];
        color.toRgb(samples, 1, expected, 0);
        assertArrayEquals(expected, Arrays.copyOf(decode(file).rgb(), 3));
    }

    @Test
    void readsTheColorModelFromTheMarkers() throws IOException {
        byte[] plain = jpeg();
        assertEquals(JpegColor.YCBCR, JpegHeader.parse(plain).color());
        int jfif = Jpegs.find(plain, 0xE0);
        byte[] bare = plain.clone();
        bare[jfif + 4] = 'X';
        assertEquals(JpegColor.YCBCR, JpegHeader.parse(bare).color());
        assertEquals(JpegColor.RGB, JpegHeader.parse(Jpegs.insert(bare, 2, Jpegs.adobe(0))).color());
        assertEquals(JpegColor.YCBCR, JpegHeader.parse(Jpegs.insert(plain, 2, Jpegs.adobe(0))).color(), "JFIF first");
        int frame = Jpegs.find(bare, FRAME);
        for (int c = 0; c < 3; c++) {
            bare[frame + 10 + 3 * c] = (byte) "RGB".charAt(c);
        }
        assertEquals(JpegColor.RGB, JpegHeader.parse(bare).color());
    }

    @Test
    void interpolatesBetweenTheRowsOfTallChroma() throws IOException {
        byte[] samples = {0, 10, 0, 10, 0, 21, 0, 21, 0, 90};
        JpegUpsampling.smoothRows(samples, 1, 5, 2, 1);
        assertArrayEquals(new byte[] {0, 10, 0, 13, 0, 18, 0, 38, 0, 73}, samples);
        assertEquals(0b110, JpegHeader.parse(Jpegs.sampled(16, 33, 1, 2)).tall());
        assertEquals(0, JpegHeader.parse(Jpegs.sampled(16, 33, 2, 2)).tall());
        assertEquals(0, JpegHeader.parse(Jpegs.sampled(16, 33, 1, 1)).tall());
        assertEquals(33, decode(Jpegs.sampled(16, 33, 1, 2)).height());
    }

    @Test
    void acceptsBytesThatChangeNoPixel() throws IOException {
        byte[] plain = jpeg();
        byte[] pixels = decode(plain).rgb();
        assertEquals(40 * 24 * 3, pixels.length);
        assertArrayEquals(pixels, decode(Jpegs.insert(plain, plain.length - 2, new byte[50])).rgb(),
                "padding at the end");
        assertArrayEquals(pixels, decode(Jpegs.insert(plain, plain.length, new byte[50])).rgb(), "bytes after the end");
        int frame = Jpegs.find(plain, FRAME);
        assertArrayEquals(pixels, decode(Jpegs.insert(plain, frame, new byte[50])).rgb(), "between segments");
        assertArrayEquals(pixels, decode(Jpegs.insert(plain, frame, (byte) 0xFF, (byte) 0xFF)).rgb(), "fill bytes");
        byte[] version = plain.clone();
        version[Jpegs.find(plain, 0xE0) + 9] = 7;
        assertArrayEquals(pixels, decode(version).rgb(), "an unknown revision of JFIF");
    }

    @Test
    void refusesDamagedData() throws IOException {
        byte[] plain = jpeg();
        int data = Jpegs.find(plain, SCAN) + 14;
        assertEquals("corrupt image (Corrupt JPEG data: premature end of data segment)",
                refusal(Jpegs.insert(plain, data + 20, (byte) 0xFF, (byte) 0xD9)));
        assertTrue(refusal(Jpegs.insert(plain, data + 20, (byte) 0xFF, (byte) 0xD3)).startsWith("corrupt image ("));
        for (int n = 3; n < plain.length - 1; n += 7) {
            String message = refusal(Arrays.copyOf(plain, n));
            assertTrue(message.startsWith("corrupt image ("), n + " bytes: " + message);
        }
        byte[] noFrame = plain.clone();
        noFrame[Jpegs.find(plain, FRAME) + 1] = (byte) 0xE5;
        assertEquals("corrupt image (no frame header before the image data)", refusal(noFrame));
        byte[] lying = plain.clone();
        lying[Jpegs.find(plain, FRAME) + 2] = 0x7F;
        assertTrue(refusal(lying).startsWith("corrupt image (segment 0xC0 at byte "), refusal(lying));
    }

    @Test
    void namesWhatItDoesNotRead() throws IOException {
        byte[] plain = jpeg();
        int frame = Jpegs.find(plain, FRAME);
        assertEquals("expected 8 bits a sample, got 12; save the image with 8", refusal(with(plain, frame + 4, 12)));
        assertEquals("JPEG process SOF9, expected baseline, extended or progressive Huffman coding",
                refusal(with(plain, frame + 1, 0xC9)));
        assertEquals("JPEG process SOF3, expected baseline, extended or progressive Huffman coding",
                refusal(with(plain, frame + 1, 0xC3)));
        assertEquals("expected 1, 3 or 4 color components, got 2", refusal(with(plain, frame + 9, 2)));
        byte[] huge = with(with(plain, frame + 5, 0xFF), frame + 7, 0xFF);
        assertEquals("expected an image of at most 67108864 pixels, got 65320x65304", refusal(huge));
        assertEquals("corrupt image (an image without rows or columns)", refusal(with(plain, frame + 6, 0)));
        byte[] png = Images.encoded("png", 32, 1);
        assertEquals("expected 8 bits a sample, got 16; save the image with 8", refusal(with(png, 24, 16)));
        assertEquals("expected an image of at most 67108864 pixels, got 4294967072x32", refusal(
                with(with(with(with(png, 16, 0xFF), 17, 0xFF), 18, 0xFF), 19, 0x20)));
        assertEquals("corrupt image (neither JPEG nor PNG data, 4 bytes)", refusal(new byte[] {'G', 'I', 'F', '8'}));
        assertFalse(Files.exists(folder.resolve("none")));
        assertEquals(folder.resolve("none") + ": no such file",
                assertThrows(DataException.class, () -> ImageDecoder.decode(folder.resolve("none"))).getMessage());
    }

    private static byte[] with(byte[] file, int at, int value) {
        byte[] out = file.clone();
        out[at] = (byte) value;
        return out;
    }
}
