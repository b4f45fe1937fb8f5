package dev.goshawk.cuda.ptx;

import dev.goshawk.cuda.ptx.PtxKernel.Kind;
import dev.goshawk.tensor.Trigonometry;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Sine and cosine as {@link Trigonometry} computes them, on float64 registers. */
final class TrigonometryPtx {
    /** The module's table of the bits of 2 / pi. */
    private static final String TABLE = "two_over_pi";

    private final ElementPtx e;
    private final PtxKernel k;

    /** @param elements of float64 */
    TrigonometryPtx(ElementPtx elements) {
        this.e = elements;
        this.k = elements.kernel();
    }

    /** The table that a module needs which contains a text: nothing if the text does not read it. */
    static String table(String text) {
        long[] bits = Trigonometry.twoOverPi();
        return !text.contains(TABLE)
                ? ""
                : ".const .align 8 .b64 " + TABLE + "[" + bits.length + "] = {"
                        + Arrays.stream(bits).mapToObj(b -> String.format("0x%016X", b))
                                .collect(Collectors.joining(", "))
                        + "};\n\n";
    }

    private String word(String instruction, String... operands) {
        return k.result(Kind.WORD, instruction, operands);
    }

    private String bits(String instruction, String... operands) {
        return k.result(Kind.LONG, instruction, operands);
    }

    private String or(String a, String b) {
        return bits("or.b64", a, b);
    }

    private String shiftedDown(String a, String by) {
        return bits("shr.u64", a, by);
    }

    private String shiftedUp(String a, String by) {
        return bits("shl.b64", a, by);
    }

    String sin(String x) {
        String sign = k.result(Kind.DOUBLE, "copysign.f64", x, e.number(1));
        return e.multiply(sign, wave(e.absolute(x), 0));
    }

    String cos(String x) {
        return wave(e.absolute(x), 1);
    }

    private String wave(String x, int more) {
        String bounded = e.least(e.greatest(x, e.number(Trigonometry.EIGHTH_TURN)), e.number(Double.MAX_VALUE));
        String all = bits("mov.b64", bounded);
        String m = or(bits("and.b64", all, Long.toString(0xFFFFFFFFFFFFFL)), Long.toString(0x10000000000000L));
        String position = bits("add.s64", shiftedDown(all, "52"), Integer.toString(Trigonometry.WINDOW));
        String shift = word("cvt.u32.u64", bits("and.b64", position, "63"));
        String address = bits("add.s64", bits("mov.u64", TABLE), shiftedUp(shiftedDown(position, "6"), "3"));
        String back = word("sub.s32", "63", shift);
        String[] table = new String[4];
        Arrays.setAll(table, i -> bits("ld.const.u64", "[" + address + "+" + 8 * i + "]"));
        String[] w = new String[3];
        Arrays.setAll(w, i -> window(table[i], table[i + 1], shift, back));
        String p2 = bits("mul.lo.u64", m, w[2]);
        String low = bits("mul.lo.u64", m, w[1]);
        String p1 = bits("add.s64", low, bits("mul.hi.u64", m, w[2]));
        String carried = k.result(Kind.PREDICATE, "setp.lt.u64", p1, low);
        String carry = bits("selp.b64", "1", "0", carried);
        String p0 = bits("add.s64", bits("mul.lo.u64", m, w[0]),
                bits("add.s64", bits("mul.hi.u64", m, w[1]), carry));
        String high = or(shiftedUp(p0, "2"), shiftedDown(p1, "62"));
        String rest = or(shiftedUp(p1, "2"), shiftedDown(p2, "62"));
        String sign = bits("shr.s64", high, "63");
        String taken = word("cvt.u32.u64", bits("sub.s64", shiftedDown(p0, "62"), sign));
        String turns = word("add.s32", taken, Integer.toString(more));
        high = bits("xor.b64", high, sign);
        rest = bits("xor.b64", rest, sign);
        String zeros = word("clz.b64", high);
        String a = window(high, rest, zeros, word("sub.s32", "63", zeros));
        String b = shiftedUp(rest, zeros);
        String exponent = bits("cvt.s64.s32", word("sub.s32", Integer.toString(Double.MAX_EXPONENT - 53), zeros));
        String unit = k.result(Kind.DOUBLE, "mov.b64", shiftedUp(exponent, "52"));
        String f = e.multiply(number(shiftedDown(a, "11")), unit);
        String below = or(shiftedUp(bits("and.b64", a, "2047"), "42"), shiftedDown(b, "22"));
        String fLow = e.multiply(number(below), e.multiply(unit, e.number(0x1p-53)));
        String turn = e.number(Trigonometry.QUARTER_TURN);
        String r = e.multiply(f, turn);
        String rLow = e.add(e.multiplyAdd(f, turn, e.negate(r)),
                e.multiplyAdd(f, e.number(Trigonometry.QUARTER_TURN_LOW), e.multiply(fLow, turn)));
        String negative = k.result(Kind.PREDICATE, "setp.lt.s64", sign, "0");
        String small = e.test("le", x, e.number(Trigonometry.EIGHTH_TURN));
        String y = quarter(e.select(small, x, e.select(negative, e.negate(r), r)),
                e.select(small, e.number(0), e.select(negative, e.negate(rLow), rLow)),
                word("selp.b32", Integer.toString(more), turns, small));
        return e.select(e.test("le", x, e.number(Double.MAX_VALUE)), y, e.number(Double.NaN));
    }

    /** 64 bits of two words from a place in the first. */
    private String window(String word, String next, String shift, String back) {
        return or(shiftedUp(word, shift), shiftedDown(shiftedDown(next, "1"), back));
    }

    /** A whole number below 2^63. */
    private String number(String bits) {
        return k.result(Kind.DOUBLE, "cvt.rn.f64.s64", bits);
    }

    private String quarter(String r, String low, String turns) {
        String z = e.multiply(r, r);
        String half = e.multiply(z, e.number(0.5));
        String slope = e.multiplyAdd(e.number(-0.5), z, e.number(1));
        String sine = e.add(r, e.multiplyAdd(e.multiply(z, r), e.polynomial(Trigonometry.sine(), z),
                e.multiply(low, slope)));
        String w = e.subtract(e.number(1), half);
        String lost = e.multiply(e.number(0.5), e.multiplyAdd(r, r, e.negate(z)));
        String rest = e.subtract(e.subtract(e.subtract(e.number(1), w), half), lost);
        String cosine = e.add(w, e.add(rest, e.multiplyAdd(e.multiply(z, z), e.polynomial(Trigonometry.cosine(), z),
                e.negate(e.multiply(r, low)))));
        String y = e.select(isSet(turns, 1), cosine, sine);
        return e.select(isSet(turns, 2), e.negate(y), y);
    }

    private String isSet(String turns, int bit) {
        return k.result(Kind.PREDICATE, "setp.ne.u32", word("and.b32", turns, Integer.toString(bit)), "0");
    }
}
