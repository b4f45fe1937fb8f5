package dev.goshawk.onnx;

/** Operators that move and pick elements. */
final class ArrayCases extends CaseList {
    ArrayCases() {
    }
}
