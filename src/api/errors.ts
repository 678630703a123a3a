/**
 * The errors this library throws. All of them are {@link GradloomError}s; each class's `name` is that of the class, also
 * in minified bundles, and sits on the prototype, so that stack traces start with it.
 */

/** What all errors of this library derive from. */
export class GradloomError extends Error {
  override get name(): string {
    return "GradloomError";
  }
}

/** Shapes that do not fit: a broadcast, a reshape, a matrix product, a ragged nested array. */
export class ShapeError extends GradloomError {
  override get name(): string {
    return "ShapeError";
  }
}

/** An element type that an operation does not take, or a value that an element type does not hold. */
export class DTypeError extends GradloomError {
  override get name(): string {
    return "DTypeError";
  }
}

/** An index, slice or axis that is malformed or outside the array. */
export class IndexError extends GradloomError {
  override get name(): string {
    return "IndexError";
  }
}

/** A use of an array whose memory was given back. */
export class DisposedError extends GradloomError {
  override get name(): string {
    return "DisposedError";
  }
}

/** A backend that is missing, or that failed to compile or run a program. */
export class BackendError extends GradloomError {
  override get name(): string {
    return "BackendError";
  }
}

/** The browser took a graphics context away, and with it values that lay in its memory alone. */
export class ContextLostError extends BackendError {
  override get name(): string {
    return "ContextLostError";
  }
}

/** A saved model that is damaged or of an unknown kind. */
export class ModelFormatError extends GradloomError {
  override get name(): string {
    return "ModelFormatError";
  }
}

/** A `backward` through a part of the graph that an earlier one has cleared. */
export class InvalidBackpropError extends GradloomError {
  override get name(): string {
    return "InvalidBackpropError";
  }
}

/** A gradient rule from outside that returns something other than the gradients of its operands. */
export class InvalidGradientError extends GradloomError {
  override get name(): string {
    return "InvalidGradientError";
  }
}
