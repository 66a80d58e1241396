function index()
  entry({"open", "diag"}, call("action_diag"), nil).leaf = true
end
function action_diag(host)
  local line = "ping -c 1 " .. host
  local out = io.popen(line)
end
