package dev.goshawk.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Lays pickles and blocks of numbers out as torch.save does. */
public final class TorchFiles {
    private TorchFiles() {
    }

    public static byte[] floats(float... values) {
        ByteBuffer b = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float v : values) {
            b.putFloat(v);
        }
        return b.array();
    }

    /** The legacy format; blocks in the order of the keys, each with its element count. */
    public static byte[] legacy(byte[] pickle, List<String> keys, List<Long> counts, List<byte[]> blocks) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] magic = {0x6c, (byte) 0xfc, (byte) 0x9c, 0x46, (byte) 0xf9, 0x20, 0x6a, (byte) 0xa8, 0x50, 0x19};
        out.writeBytes(new PickleBuilder().op(0x8a).op(magic.length).bytes(magic).stop());
        out.writeBytes(new PickleBuilder().number(1001).stop());
        out.writeBytes(new PickleBuilder().op('}').op('(').text("little_endian").op(0x88).op('u').stop());
        out.writeBytes(pickle);
        PickleBuilder list = new PickleBuilder().op(']').op('(');
        keys.forEach(list::text);
        out.writeBytes(list.op('e').stop());
        for (int i = 0; i < blocks.size(); i++) {
            out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(counts.get(i)).array());
            out.writeBytes(blocks.get(i));
        }
        return out.toByteArray();
    }

    /** The zip format. */
    public static byte[] zip(byte[] pickle, Map<String, byte[]> blocks) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            stored(out, "archive/data.pkl", pickle);
            for (Map.Entry<String, byte[]> e : blocks.entrySet()) {
                stored(out, "archive/data/" + e.getKey(), e.getValue());
            }
        }
        return bytes.toByteArray();
    }

    public static void stored(ZipOutputStream out, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        CRC32 crc = new CRC32();
        crc.update(content);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        out.putNextEntry(entry);
        out.write(content);
        out.closeEntry();
    }

    public static Path write(Path folder, String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }
}
