System.Console.WriteLine("Arena.Trainer");
