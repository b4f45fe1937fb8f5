package dev.goshawk.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Objects that contain themselves, or that no program could walk, in every place of a file. */
class HostileGraphTest {
    private static final byte[] FOUR = TorchFiles.floats(1, 2, 3, 4);
    private static final int DEEP = 1_000_000;

    @TempDir
    Path folder;

    private static String refusal(Path file) {
        return assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            String message = assertThrows(WeightFileException.class, () -> WeightFile.read(file)).getMessage();
            assertTrue(message.startsWith(file + ": ") && !message.contains("\n") && message.length() < 600, message);
            return message.substring(file.toString().length() + 2);
        });
    }

    private Path zip(PickleBuilder pickle) throws IOException {
        return TorchFiles.write(folder, "w.pt", TorchFiles.zip(pickle.stop(), Map.of("0", FOUR)));
    }

    private static PickleBuilder good() {
        return new PickleBuilder().op('}').text("w").tensor("FloatStorage", "0", 4, 0, new long[] {4}, new long[] {1})
                .op('s');
    }

    /** Sixty levels of two references to the level below: 2^60 steps for whoever hashes, compares or prints them. */
    private static PickleBuilder dag(PickleBuilder p, boolean tuples) {
        p.op(tuples ? ')' : ']').op('q').op(0).op('0');
        for (int level = 1; level <= 60; level++) {
            if (tuples) {
                p.op('h').op(level - 1).op('h').op(level - 1).op(0x86);
            } else {
                p.op(']').op('(').op('h').op(level - 1).op('h').op(level - 1).op('e');
            }
            p.op('q').op(level).op('0');
        }
        return p.op('h').op(60);
    }

    private static PickleBuilder deep(PickleBuilder p) {
        for (int i = 0; i < DEEP; i++) {
            p.op(']');
        }
        for (int i = 1; i < DEEP; i++) {
            p.op('a');
        }
        return p;
    }

    private static PickleBuilder cyclic(PickleBuilder p) {
        return p.op(']').op('q').op(0).op('h').op(0).op('a');
    }

    private static Path sample(String name) throws URISyntaxException {
        return Path.of(Objects.requireNonNull(HostileGraphTest.class.getResource("/weights/" + name)).toURI());
    }

    @Test
    void theFilesFound() throws URISyntaxException {
        assertEquals("damaged: a list where the key of a storage belongs", refusal(sample("dag60.th")));
        assertEquals("not a state dict: it refers to a list instead of a tensor's storage",
                refusal(sample("cyclic-persistent-id.pt")));
    }

    @Test
    void asPersistentId() throws IOException {
        String list = "not a state dict: it refers to a list instead of a tensor's storage";
        assertEquals(list, refusal(zip(dag(new PickleBuilder().op('('), false).op('N').op('N').op('N').op('N').op('t')
                .op('Q'))));
        assertEquals(list, refusal(zip(deep(new PickleBuilder().op('(')).op('N').op('N').op('N').op('N').op('t')
                .op('Q'))));
        assertTrue(refusal(zip(cyclic(new PickleBuilder()).op('Q'))).contains("an operand of the wrong type"));
        PickleBuilder key = new PickleBuilder().op('(').text("storage").global("torch", "FloatStorage");
        assertTrue(
                refusal(zip(cyclic(key).op('N').number(4).op('t').op('Q'))).contains("an operand of the wrong type"));
    }

    @Test
    void asKeysOfDicts() throws IOException {
        PickleBuilder p = dag(good().op('0').op('}'), true).op('N').op('s');
        assertEquals("holds no tensors of floating numbers; it holds no names", refusal(zip(p)), "a tuple as key");
        assertTrue(
                refusal(zip(dag(new PickleBuilder().op('}'), false).op('N').op('s'))).contains("a container as a key"));
        p = dag(new PickleBuilder().op(0x8f).op('('), true).op(0x90);
        assertTrue(refusal(zip(p)).startsWith("expected a state dict, got a pickled set"));
        p = dag(new PickleBuilder().global("collections", "Counter").op('}'), true).op('N').op('s').op(0x85).op('R');
        assertTrue(refusal(zip(p)).startsWith("expected a state dict, got a pickled collections.Counter"));
        p = dag(new PickleBuilder().global("collections", "OrderedDict").op('(').op(']'), true).op('N').op(0x86).op('a')
                .op('t').op('R');
        assertEquals("holds no tensors of floating numbers; it holds no names", refusal(zip(p)));
    }

    @Test
    void asTheWholeObject() throws IOException {
        assertTrue(refusal(zip(cyclic(new PickleBuilder()))).startsWith("expected a state dict, got a pickled list"));
        assertTrue(refusal(zip(deep(new PickleBuilder()))).startsWith("expected a state dict, got a pickled list"));
        assertTrue(
                refusal(zip(dag(new PickleBuilder(), true))).startsWith("expected a state dict, got a pickled tuple"));
        PickleBuilder self = new PickleBuilder().op('}').op('q').op(0).text("state_dict").op('h').op(0).op('s');
        assertEquals("holds no tensors of floating numbers; its entries are state_dict (dict)", refusal(zip(self)));
        PickleBuilder other = new PickleBuilder().op('}').op('q').op(0).text("x").op('h').op(0).op('s');
        assertEquals("holds no tensors of floating numbers; its entries are x (dict)", refusal(zip(other)));
    }

    /** A dict of many names for one large dict without tensors is looked through once. */
    @Test
    void manyNamesForOneDict() throws IOException {
        PickleBuilder p = new PickleBuilder().op('}').op('(');
        for (int i = 0; i < 100_000; i++) {
            p.text("k" + i).op('N');
        }
        p.op('u').op('q').op(0).op('0').op('}').op('(');
        for (int i = 0; i < 100_000; i++) {
            p.text("d" + i).op('h').op(0);
        }
        assertTrue(
                refusal(zip(p.op('u'))).startsWith("holds no tensors of floating numbers; its entries are d0 (dict)"));
    }

    @Test
    void asStatesCallsAndArguments() throws IOException {
        assertEquals("unsafe pickle: a state is set on a list, which takes none",
                refusal(zip(cyclic(new PickleBuilder()).op('h').op(0).op('b'))));
        assertTrue(refusal(zip(cyclic(new PickleBuilder()).op(')').op('R')))
                .startsWith("unsafe pickle: a call of something that is not a function"));
        assertTrue(refusal(zip(cyclic(new PickleBuilder()).op(')').op(0x81)))
                .startsWith("unsafe pickle: a call of something that is not a function"));
        PickleBuilder sizes = new PickleBuilder().global("torch._utils", "_rebuild_tensor_v2").op('(')
                .storage("FloatStorage", "0", 4).number(0);
        assertTrue(refusal(zip(cyclic(sizes).op('h').op(0).op('t').op('R'))).contains("an operand of the wrong type"));
        PickleBuilder offset = new PickleBuilder().global("torch._utils", "_rebuild_tensor_v2").op('(')
                .storage("FloatStorage", "0", 4);
        assertTrue(refusal(zip(cyclic(offset).op(')').op(')').op('t').op('R')))
                .contains("expected an integer, got a list"));
    }

    /** One long tuple as the sizes of many tensors is not copied for each. */
    @Test
    void aLongTupleForManyTensors() throws IOException {
        PickleBuilder p = new PickleBuilder().op('(');
        for (int i = 0; i < 500_000; i++) {
            p.op('K').op(1);
        }
        p.op('t').op('q').op(0).op('0').global("torch._utils", "_rebuild_tensor_v2").op('q').op(1).op('0')
                .storage("FloatStorage", "0", 4).op('q').op(2).op('0').op('}').op('(');
        for (int i = 0; i < 20_000; i++) {
            p.text("w" + i).op('h').op(1).op('(').op('h').op(2).number(0).op('h').op(0).op('h').op(0).op('t').op('R');
        }
        assertTrue(refusal(zip(p.op('u'))).startsWith("tensor w0 needs as many strides as sizes and at most 16"));
    }

    @Test
    void inTheOtherPicklesOfALegacyFile() throws IOException {
        byte[] pickle = good().stop();
        byte[] sound = TorchFiles.legacy(pickle, List.of("0"), List.of(4L), List.of(FOUR));
        byte[] magic = new PickleBuilder().op(0x8a).op(10).stop();
        assertEquals(13 + 2, magic.length + 10);
        byte[] head = java.util.Arrays.copyOf(sound, 15);
        byte[] graph = dag(new PickleBuilder(), false).stop();
        byte[] file = new byte[head.length + graph.length];
        System.arraycopy(head, 0, file, 0, head.length);
        System.arraycopy(graph, 0, file, head.length, graph.length);
        assertEquals("protocol: expected 1001, got a list", refusal(TorchFiles.write(folder, "p.th", file)));
    }
}
