'use strict';
// Shows how long the router has been running.
async function uptime() {
  const answer = await fetch('/status');
  const { seconds } = await answer.json();
  document.title = `NE-7, up ${Math.floor(seconds / 3600)} h`;
}
setInterval(uptime, 60000);
