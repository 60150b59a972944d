// A photo small enough for a basement's network; what a camera writes into it besides (place, serial) stays on the phone.

import { drawn } from "./scan.js";

const LARGEST = 1600;

export async function small(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    const canvas = drawn(picture, picture.width, picture.height, LARGEST);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.82));
    return { blob, canvas };
  } finally {
    picture.close();
  }
}
