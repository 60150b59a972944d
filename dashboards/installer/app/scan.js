// A label: its QR by the camera or from a picture, or what was typed.

/* global jsQR */

let library = null;

function jsQrLoaded(url) {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => resolve(globalThis.jsQR);
    script.onerror = () => { library = null; reject(new Error("no QR library")); };
    document.head.append(script);
  });
  return library;
}

async function detector() {
  if (!("BarcodeDetector" in globalThis)) return null;
  const formats = await globalThis.BarcodeDetector.getSupportedFormats();
  return formats.includes("qr_code") ? new globalThis.BarcodeDetector({ formats: ["qr_code"] }) : null;
}

export async function reader(libraryUrl) {
  const native = await detector().catch(() => null);
  if (native) return async (canvas) => (await native.detect(canvas))[0]?.rawValue ?? null;
  const decode = await jsQrLoaded(libraryUrl);
  return async (canvas) => {
    const pixels = canvas.getContext("2d", { willReadFrequently: true }).getImageData(0, 0, canvas.width, canvas.height);
    return decode(pixels.data, pixels.width, pixels.height)?.data ?? null;
  };
}

const LARGEST = 1200;

export function drawn(source, width, height, largest = LARGEST) {
  const scale = Math.min(1, largest / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.getContext("2d", { willReadFrequently: true }).drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

export async function fromPicture(file, libraryUrl) {
  const picture = await createImageBitmap(file);
  try {
    return await (await reader(libraryUrl))(drawn(picture, picture.width, picture.height));
  } finally {
    picture.close();
  }
}

// Looks through the camera until a code is seen or the signal ends it.
export async function fromCamera(video, libraryUrl, signal) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  try {
    video.srcObject = stream;
    await video.play();
    const read = await reader(libraryUrl);
    while (!signal.aborted) {
      const text = video.videoWidth ? await read(drawn(video, video.videoWidth, video.videoHeight, 800)) : null;
      if (text) return text;
      await new Promise((resolve) => setTimeout(resolve, 120));
    }
    return null;
  } finally {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  }
}

const NAME = /^[\w.:-]{1,128}$/u;

// {device, claim}, or null for a code of another system.
export function labelOf(text) {
  const trimmed = text.trim();
  if (NAME.test(trimmed) && !trimmed.includes(":")) return { device: trimmed, claim: null };
  let url;
  try {
    url = new URL(trimmed);
  } catch {
    return null;
  }
  const device = url.searchParams.get("d");
  if (!url.pathname.endsWith("/install") || !device || !NAME.test(device)) return null;
  return { device, claim: url.searchParams.get("k") };
}
