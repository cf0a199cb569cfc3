"use strict";
// What stands behind the # reaches no server by itself: it is put into the form, and sent only when somebody presses the button.
const code = document.getElementById("kode");
const fill = () => { if (location.hash.length > 1) { code.value = location.hash.slice(1); document.getElementById("nama").focus(); } };
addEventListener("hashchange", fill);
fill();
