package dev.goshawk.data.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.goshawk.data.DataException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pixels are read whatever a file says beside them. */
class ImageMetadataTest {
    private static final int COMMENT = 0xFE;
    private static final int APP1 = 0xE1;
    private static final int APP2 = 0xE2;
    private static final String PROFILE = "ICC_PROFILE\0";

    @TempDir
    private Path folder;

    private byte[] pixels(byte[] content) throws IOException {
        return ImageDecoder.decode(Files.write(folder.resolve("image"), content)).rgb();
    }

    private String refusal(byte[] content) {
        return assertThrows(DataException.class, () -> pixels(content)).getMessage()
                .substring((folder.resolve("image") + ": ").length());
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = ImageMetadataTest.class.getResourceAsStream("/images/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }

    private static byte[] segment(int marker, String body) {
        byte[] content = body.getBytes(StandardCharsets.ISO_8859_1);
        byte[] segment = new byte[content.length + 4];
        segment[0] = (byte) 0xFF;
        segment[1] = (byte) marker;
        segment[2] = (byte) (content.length + 2 >> 8);
        segment[3] = (byte) (content.length + 2);
        System.arraycopy(content, 0, segment, 4, content.length);
        return segment;
    }

    @ParameterizedTest
    @ValueSource(strings = {"j-icc-twice.jpg", "j-icc-1of2.jpg"})
    void readsJpegsWithUnsoundProfiles(String name) throws IOException {
        byte[] file = resource(name);
        byte[] bare = file;
        for (int profile = Jpegs.find(file, APP2); bare[profile + 1] == (byte) APP2;) {
            bare = without(bare, profile, 2 + JpegSegments.u16(bare, profile + 2));
        }
        assertArrayEquals(pixels(bare), pixels(file));
    }

    private static byte[] without(byte[] file, int at, int length) {
        byte[] shorter = Arrays.copyOf(file, file.length - length);
        System.arraycopy(file, at + length, shorter, at, shorter.length - at);
        return shorter;
    }

    @Test
    void segmentsThatSayNothingOfSamplesChangeNoPixel() throws IOException {
        List<byte[]> segments = List.of(segment(APP2, PROFILE + "\2\1x"), segment(APP2, PROFILE),
                segment(APP2, PROFILE + "\0\0"), segment(APP2, "MPF\0MM\0*"), segment(APP1, ""),
                segment(APP1, "Exif\0\0MM\0*\0\0\0\10\377\377"), segment(APP1, "http://ns.adobe.com/xap/1.0/\0<x"),
                segment(COMMENT, ""), segment(COMMENT, "\377\330\377\300\377\332"), segment(0xE0, "JFXX\0\20\377\330"),
                segment(0xED, "Photoshop 3.0\08BIM"), segment(0xEE, "Adobe\0"), segment(0xEF, "q".repeat(65_533)));
        byte[] bare = Jpegs.sampled(40, 24, 2, 2);
        bare[Jpegs.find(bare, 0xE0) + 4] = 'X';
        for (byte[] plain : List.of(Jpegs.sampled(40, 24, 2, 2), Jpegs.sampled(40, 24, 1, 1), bare,
                Jpegs.insert(bare, 2, Jpegs.adobe(0)), Jpegs.insert(bare, 2, Jpegs.adobe(1)),
                Jpegs.insert(Jpegs.fourComponents(16, 100, 128, 128, 200), 2, Jpegs.adobe(2)),
                Jpegs.fourComponents(16, 100, 128, 128, 200), Images.encoded("jpeg", gray()))) {
            byte[] expected = pixels(plain);
            for (byte[] segment : segments) {
                byte[] twice = Jpegs.insert(Jpegs.insert(plain, 2, segment), 2, segment);
                assertArrayEquals(expected, pixels(twice), () -> "first: " + new String(segment,
                        StandardCharsets.ISO_8859_1));
                assertArrayEquals(expected, pixels(Jpegs.insert(twice, Jpegs.find(plain, 0xDA) + 2 * segment.length,
                        segment)), "before the scan");
            }
        }
    }

    private static BufferedImage gray() {
        BufferedImage gray = new BufferedImage(24, 24, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < 24 * 24; i++) {
            gray.getRaster().setSample(i % 24, i / 24, 0, i * 7 & 0xFF);
        }
        return gray;
    }

    @Test
    void readsAPaletteWithATextThatDoesNotEnd() throws IOException {
        byte[] file = resource("p-palette-text-nonull.png");
        int text = Pngs.find(file, "tEXt");
        assertArrayEquals(pixels(without(file, text, 12 + ByteBuffer.wrap(file).getInt(text))), pixels(file));
    }

    @Test
    void chunksThatSayNothingOfSamplesChangeNoPixel() throws IOException {
        List<byte[]> chunks = List.of(Pngs.chunk("tEXt", (byte) 'k'), Pngs.chunk("tEXt"),
                Pngs.chunk("zTXt", (byte) 'k'),
                Pngs.chunk("iTXt"), Pngs.chunk("gAMA", (byte) 1),
                Pngs.chunk("gAMA", (byte) 0, (byte) 0, (byte) 1, (byte) 0),
                Pngs.chunk("iCCP", new byte[100]), Pngs.chunk("sRGB"), Pngs.chunk("cHRM", (byte) 3), Pngs.chunk("tRNS"),
                Pngs.chunk("tRNS", (byte) 9), Pngs.chunk("tRNS", new byte[300]), Pngs.chunk("bKGD", new byte[9]),
                Pngs.chunk("hIST", (byte) 1), Pngs.chunk("pHYs"), Pngs.chunk("sBIT"), Pngs.chunk("sPLT", (byte) 1),
                Pngs.chunk("tIME"), Pngs.chunk("eXIf", (byte) 1), Pngs.chunk("acTL", new byte[8]),
                Pngs.chunk("prVt", new byte[5]), Pngs.chunk("ABCD", new byte[5]));
        BufferedImage clear = new BufferedImage(8, 8, BufferedImage.TYPE_4BYTE_ABGR);
        clear.setRGB(5, 0, 0x10010203);
        for (byte[] plain : List.of(Images.encoded("png", 32, 1), Images.encoded("png", gray()),
                Images.encoded("png", clear), Pngs.indexed(20, 10, 30))) {
            byte[] expected = pixels(plain);
            for (byte[] chunk : chunks) {
                String type = new String(chunk, 4, 4, StandardCharsets.US_ASCII);
                byte[] damaged = chunk.clone();
                damaged[damaged.length - 1]++;
                for (byte[] one : List.of(chunk, damaged)) {
                    assertArrayEquals(expected, pixels(Jpegs.insert(plain, Pngs.AFTER_HEADER, one)), type);
                    assertArrayEquals(expected, pixels(Jpegs.insert(plain, Pngs.find(plain, "IDAT"), one)), type);
                    assertArrayEquals(expected, pixels(Jpegs.insert(plain, Pngs.find(plain, "IEND"), one)), type);
                }
            }
        }
    }

    @Test
    void aPaletteMayBeLongerThanItsIndices() throws IOException {
        byte[] expected = pixels(Pngs.indexed(20, 10, 30));
        assertArrayEquals(expected, pixels(Pngs.indexed(20, 10, 31)));
        assertArrayEquals(expected, pixels(Pngs.indexed(20, 10, 900)));
        assertEquals("corrupt image (a palette without colors)", refusal(Pngs.indexed(20, 10, 2)));
    }

    @Test
    void whatFollowsTheDataIsNotNeeded() throws IOException {
        byte[] plain = Images.encoded("png", 32, 1);
        byte[] expected = pixels(plain);
        int end = Pngs.find(plain, "IEND");
        for (int length = end; length < plain.length; length++) {
            assertArrayEquals(expected, pixels(Arrays.copyOf(plain, length)));
        }
        assertArrayEquals(expected, pixels(Jpegs.insert(plain, end, new byte[] {127, 0, 0, 0, 't', 'E', 'X', 't'})));
        for (int length = 0; length < end; length++) {
            byte[] cut = Arrays.copyOf(plain, length);
            String message = refusal(cut);
            assertEquals("corrupt image (", message.substring(0, 15), length + " bytes: " + message);
        }
    }

    /** Deflated data with a wrong bit may well inflate, to other pixels. */
    @Test
    void everyChangedByteOfAPngIsFoundOrHarmless() throws IOException {
        byte[] plain = Images.encoded("png", 8, 3);
        byte[] expected = pixels(plain);
        for (int at = 0; at < plain.length; at++) {
            byte[] changed = plain.clone();
            changed[at] ^= 0x10;
            try {
                assertArrayEquals(expected, pixels(changed), "byte " + at);
            } catch (DataException e) {
                assertEquals(1, String.valueOf(e.getMessage()).lines().count());
            }
        }
        byte[] changed = plain.clone();
        int data = Pngs.find(plain, "IDAT");
        changed[data + 12] ^= 1;
        assertEquals("corrupt image (the checksum of chunk IDAT at byte " + data + " is wrong)", refusal(changed));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"GIF89a|a GIF", "BM|a BMP", "II*\0|a TIFF", "RIFF....WEBPVP8 |a WebP", "....ftypavif|an AVIF",
                    "....ftypheic|an HEIF", "....ftypmif1|an HEIF", "P6\n|a PPM"})
    void namesImagesOfOtherKinds(String given) {
        String[] parts = given.split("\\|");
        assertEquals("is " + parts[1] + " image, expected JPEG or PNG: convert it",
                refusal((parts[0] + "x".repeat(100)).getBytes(StandardCharsets.ISO_8859_1)));
    }

    @Test
    void namesWhatIsNoImage() {
        assertEquals("corrupt image (the file is empty)", refusal(new byte[0]));
        assertEquals("is a web page (HTML), as a failed download leaves; download the file itself",
                refusal("<!DOCTYPE html><html>".getBytes(StandardCharsets.US_ASCII)));
        assertEquals("is a Git LFS pointer, not the file it stands for; fetch that with git lfs pull",
                refusal("version https://git-lfs.github.com/spec/v1\n".getBytes(StandardCharsets.US_ASCII)));
        assertEquals("corrupt image (neither JPEG nor PNG data, 3 bytes)", refusal(new byte[] {1, 2, 3}));
    }
}
