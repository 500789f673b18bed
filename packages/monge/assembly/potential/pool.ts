// Average pooling of images with channels last: the mean of size x size pixels, and its transpose.

/** `height` x `width` pixels in, both divisible by `size`. */
export function averagePool(from: usize, to: usize, height: i32, width: i32, channels: i32, size: i32, samples: i32): void {
  walk(from, to, height, width, channels, size, samples, true);
}

/** The gradient of the large image from that of the small one. */
export function averagePoolBack(
  small: usize,
  large: usize,
  height: i32,
  width: i32,
  channels: i32,
  size: i32,
  samples: i32,
): void {
  walk(large, small, height, width, channels, size, samples, false);
}

// @ts-ignore: decorator
@inline function walk(
  large: usize,
  small: usize,
  height: i32,
  width: i32,
  channels: i32,
  size: i32,
  samples: i32,
  down: bool,
): void {
  const share: f32 = 1 / <f32>(size * size);
  const pixel = <usize>channels << 2;
  if (down) memory.fill(small, 0, <usize>samples * <usize>(height / size) * <usize>(width / size) * pixel);
  for (let row = 0, rows = samples * height; row < rows; row++) {
    const line = small + <usize>(row / size) * <usize>(width / size) * pixel;
    for (let column = 0; column < width; column++) {
      let at = line + <usize>(column / size) * pixel;
      const end = large + pixel;
      for (; large < end; large += 4, at += 4) {
        if (down) store<f32>(at, load<f32>(at) + share * load<f32>(large));
        else store<f32>(large, share * load<f32>(at));
      }
    }
  }
}
