// The till reads a code with the phone's own camera where the browser can; everywhere else the eight digits are typed.
(function () {
  "use strict";
  const button = document.getElementById("scan"), video = document.getElementById("scan-picture");
  const said = document.getElementById("scan-said"), field = document.getElementById("id_code");
  if (!button || !field || !("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  button.hidden = false;
  let stream = null;

  function stop() {
    if (stream) stream.getTracks().forEach(function (track) { track.stop(); });
    stream = null;
    video.hidden = true;
    button.textContent = "扫优待码";
  }
  async function look(detector) {
    while (stream) {
      const found = await detector.detect(video).catch(function () { return []; });
      if (found.length && stream) {
        field.value = found[0].rawValue;
        stop();
        field.form.requestSubmit();
        return;
      }
      await new Promise(function (next) { setTimeout(next, 150); });
    }
  }
  button.addEventListener("click", async function () {
    if (stream) return stop();
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch (error) {
      said.textContent = "没有打开摄像头。请允许使用摄像头,或输入8位数字。";
      return;
    }
    said.textContent = "请对准对方手机上的优待码。";
    button.textContent = "不扫了";
    video.srcObject = stream;
    video.hidden = false;
    video.play().catch(function () { return undefined; }); // the first picture may take a while
    look(new window.BarcodeDetector({ formats: ["qr_code"] }));
  });
})();
